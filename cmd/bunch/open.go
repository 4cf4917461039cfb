package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/seed-1c955bc8/bunch/store"
)

// place is the store to use and how to open it: the global flags.
type place struct {
	dir     string
	profile string
	noSync  bool
}

// edgeMemory is how much memory the program is content with under the edge
// profile, unless GOMEMLIMIT says otherwise.
const edgeMemory = 180 << 20

// path returns the directory: --store, $BUNCH_STORE, or the user's state folder.
func (p place) path() (string, error) {
	if p.dir != "" {
		return p.dir, nil
	}
	if dir := os.Getenv("BUNCH_STORE"); dir != "" {
		return dir, nil
	}
	if state := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(state) {
		return filepath.Join(state, "bunch"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("no directory for the store: %w; use --store", err)
	}
	return filepath.Join(home, ".local", "state", "bunch"), nil
}

// flags returns what makes another command use the same store, for a hint.
func (p place) flags() string {
	if p.dir == "" {
		return ""
	}
	return " --store " + shellQuote(p.dir)
}

// open opens the store in dir, or one in memory if dir is "".
func (p place) open(dir string, readOnly bool) (*store.Store, error) {
	o, err := p.options()
	if err != nil {
		return nil, err
	}
	o.ReadOnly, o.InMemory = readOnly, dir == ""
	return store.Open(dir, o)
}

// options is how the flags say to open a store.
func (p place) options() (*store.Options, error) {
	o := &store.Options{NoSync: p.noSync}
	switch p.profile {
	case "standard":
	case "edge":
		o.Profile = store.Edge
		if os.Getenv("GOMEMLIMIT") == "" {
			debug.SetMemoryLimit(edgeMemory)
		}
	default:
		return nil, usage("--profile %q: it is standard or edge", p.profile)
	}
	return o, nil
}

// make calls use with the store, which it makes if there is none.
func (a *app) make(ctx context.Context, hold bool, use func(*share) error) error {
	dir, err := a.place.path()
	if err != nil {
		return err
	}
	return a.use(ctx, &share{app: a, dir: dir, hold: hold}, use)
}

// change calls use with the store. If there is none it does not make one: it
// says so, and use gets an empty store in memory.
func (a *app) change(ctx context.Context, hold bool, use func(*share) error) error {
	dir, err := a.existing()
	if err != nil {
		return err
	}
	return a.use(ctx, &share{app: a, dir: dir, hold: hold}, use)
}

// read is change for a use that only reads. It opens for writing all the same,
// since a store that crashed cannot be opened otherwise, unless that is forbidden.
func (a *app) read(ctx context.Context, use func(*share) error) error {
	dir, err := a.existing()
	if err != nil {
		return err
	}
	return a.use(ctx, &share{app: a, dir: dir, read: true}, use)
}

// upkeep calls use with the store that is somewhere, for what is done with all of
// it; reads says that use only reads. It is called again where the store has gone if
// it went, unless use makes another error of that.
func (a *app) upkeep(ctx context.Context, where func() (string, error), reads bool, use func(engine) error) error {
	dir, err := where()
	if err != nil {
		return err
	}
	return a.use(ctx, &share{app: a, dir: dir, hold: true, read: reads}, func(s *share) error {
		_, err := read(ctx, s, func(e engine) (none struct{}, err error) { return none, use(e) })
		return err
	})
}

// use calls use with a share, and closes it.
func (a *app) use(ctx context.Context, s *share, use func(*share) error) error {
	s.courtesy = 250 * time.Millisecond
	_, err := s.engine(ctx) // so that a store that cannot be opened is told of as such
	if err == nil {
		err = use(s)
	}
	if failed := s.close(); err == nil {
		err = failed
	}
	return err
}

// existing returns the store's directory, "" if there is none yet.
func (a *app) existing() (string, error) {
	dir, err := a.place.path()
	if err != nil {
		return "", err
	}
	if none := noStore(dir); none != nil {
		fmt.Fprintf(a.err, "bunch: %v\n", none)
		return "", nil
	}
	return dir, nil
}

// there is existing, but that there is no store is an error: nobody wants a backup
// of nothing.
func (a *app) there() (string, error) {
	dir, err := a.place.path()
	if err == nil {
		err = noStore(dir)
	}
	return dir, err
}

// noStore says so if there is no store in dir.
func noStore(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return exitf(exitNotFound, "there is no store in %q yet; 'bunch run' and 'bunch new' make one", dir)
	}
	return nil
}
