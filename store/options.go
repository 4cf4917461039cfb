package store

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"

	"github.com/seed-1c955bc8/bunch/result"
)

// A Profile is a set of Badger settings that were measured together.
type Profile int

// The profiles. Any store can be opened with any of them.
const (
	// Standard suits servers and desktops: about 60 MB of memory under load.
	Standard Profile = 0
	// Edge suits devices with 64 to 256 MB of memory. Set GOMEMLIMIT (48MiB was
	// measured) beside it: the limit is the application's to choose.
	Edge Profile = 1
)

// DefaultMaxValueSize is the most bytes a value may have unless Options say
// otherwise: 16 MiB.
const DefaultMaxValueSize = 16 << 20

// Options are how to open a store. The zero Options are the durable ones.
type Options struct {
	// NoSync leaves it to the operating system when written bytes reach the
	// disk. A killed process still loses nothing; a power cut loses the last
	// seconds.
	NoSync bool

	// SyncEvery bounds with NoSync what a power cut loses: what was written is
	// synced this often. 0 leaves it to the operating system, which takes half a
	// minute or so.
	SyncEvery time.Duration

	// InMemory keeps everything in memory; the directory must be "".
	InMemory bool

	// ReadOnly opens for reading, beside other readers. A store that was not
	// closed cleanly must be opened for writing once before.
	ReadOnly bool

	// Salvage opens a damaged store for reading what is left of it, and changes
	// nothing of it. Tables that cannot be read and the end of a damaged log are
	// left out, which the logger hears; then counts may be more than the results
	// there are, ranging over a group ends with ErrCorrupt, and what was deleted
	// lately may be back. The lock is needed as for writing.
	Salvage bool

	Profile Profile

	// EncryptionKey, of 16, 24 or 32 bytes, encrypts what is on disk with AES.
	// The key a store was made with is needed at every opening.
	EncryptionKey []byte

	// MaxValueSize is the most bytes of a value, an input or a note; 0 means
	// DefaultMaxValueSize. What is larger is refused with ErrTooLarge.
	MaxValueSize int

	// Retention is how long a group and its results are kept once it has
	// settled, and a lone result after it last changed. 0 means for ever. What
	// settled or changed before it was set stays.
	Retention time.Duration

	// Logger hears what Badger and the store have to say; nil means nobody does.
	Logger *slog.Logger

	// Clock tells the time, for tests; nil means time.Now. With one, what expires goes
	// when Sweep is called, and not by itself: that clock may be set at any moment.
	Clock func() time.Time

	merging    bool // level 0 is merged when Badger closes
	recovering bool // what is salvaged becomes the store
	sweeps     bool // by itself
	still      bool // Badger compacts nothing, and is not written to
}

// withDefaults returns o, filled in, or an error that says what to change.
func (o *Options) withDefaults(dir string) (Options, error) {
	var opts Options
	if o != nil {
		opts = *o
	}
	opts.ReadOnly = opts.ReadOnly || opts.Salvage
	switch {
	case opts.Profile != Standard && opts.Profile != Edge:
		return opts, fmt.Errorf("unknown profile %d", opts.Profile)
	case opts.InMemory && dir != "":
		return opts, fmt.Errorf("a store in memory has no directory: pass \"\"")
	case !opts.InMemory && dir == "":
		return opts, fmt.Errorf("no directory given")
	case opts.InMemory && opts.ReadOnly:
		return opts, fmt.Errorf("a store in memory cannot be read-only: it would stay empty")
	case opts.MaxValueSize < 0 || opts.Retention < 0:
		return opts, fmt.Errorf("MaxValueSize and Retention cannot be negative")
	}
	if opts.SyncEvery < 0 || opts.SyncEvery > 0 && !opts.NoSync {
		return opts, fmt.Errorf("SyncEvery is an interval to sync at with NoSync: without that every commit is synced")
	}
	switch len(opts.EncryptionKey) {
	case 0, 16, 24, 32:
	default:
		return opts, fmt.Errorf("the encryption key has %d bytes: AES takes 16, 24 or 32", len(opts.EncryptionKey))
	}
	if opts.MaxValueSize == 0 {
		opts.MaxValueSize = DefaultMaxValueSize
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if opts.Clock == nil {
		opts.Clock, opts.sweeps = time.Now, true
	}
	return opts, nil
}

// synced reports whether a commit is durable when it is answered. On Windows
// Badger 4.9.6 does not sync, and on macOS not through the drive's own cache.
func (o *Options) synced() bool {
	return !o.NoSync && runtime.GOOS != "windows" && runtime.GOOS != "darwin"
}

// badger returns the settings for Badger. Those that are the same in every
// profile, and why:
//
//   - no conflict detection: the committer is the only writer;
//   - three tables at most in level 0 before writes wait, so that Badger never
//     merges level 0 into itself, which needs a 256 MB buffer;
//   - the value log stays empty, since longer values are cut into chunks;
//   - Badger verifies no table when it opens one, since verifyTables has done so,
//     but each block that it reads later: a block that went bad meanwhile is then
//     the end of an iterator and no panic in it.
func (o *Options) badger(dir string) badger.Options {
	b := badger.DefaultOptions(dir).
		WithSyncWrites(!o.NoSync).
		WithInMemory(o.InMemory).
		WithReadOnly(o.ReadOnly).
		WithMemTableSize(16 << 20).
		WithNumMemtables(2).
		WithBlockCacheSize(16 << 20).
		WithNumCompactors(2).
		WithNumGoroutines(1).
		WithNumLevelZeroTables(2).
		WithNumLevelZeroTablesStall(3).
		WithCompression(options.Snappy).
		WithValueThreshold(1 << 20).
		WithValueLogFileSize(1 << 20).
		WithDetectConflicts(false).
		WithChecksumVerificationMode(options.OnBlockRead).
		WithMetricsEnabled(false).
		WithLogger(logger{o.Logger})
	b.CompactL0OnClose = o.merging
	if o.Profile == Edge {
		b = b.WithMemTableSize(8 << 20).WithNumMemtables(1).WithBlockCacheSize(4 << 20)
	}
	if o.still {
		b = b.WithNumCompactors(0)
	}
	if len(o.EncryptionKey) > 0 {
		// Badger caches decrypted indexes, and panics without a cache for them.
		b = b.WithEncryptionKey(o.EncryptionKey).WithIndexCacheSize(b.BlockCacheSize)
	}
	return b
}

// logger passes Badger's lines on, one level lower than Badger has them: what
// Badger calls information is of interest to its developers. What it says to them
// only has keys in it, which are the ids of tasks: that goes nowhere.
type logger struct{ to *slog.Logger }

func (l logger) log(level slog.Level, format string, args []any) {
	if l.to.Enabled(context.Background(), level) {
		l.to.Log(context.Background(), level, fmt.Sprintf(format, args...), "from", "badger")
	}
}

func (l logger) Errorf(f string, a ...any)   { l.log(slog.LevelError, f, a) }
func (l logger) Warningf(f string, a ...any) { l.log(slog.LevelWarn, f, a) }
func (l logger) Infof(f string, a ...any)    { l.log(slog.LevelDebug, f, a) }
func (l logger) Debugf(string, ...any)       {}

// Error says which operation failed, and on what. Err matches one of the
// sentinel errors of package result where that helps a caller.
type Error struct {
	Op  string    // the method, in lower case: "save", "report", ...
	ID  result.ID // the group or task, if there is one
	Err error
}

func (e *Error) Error() string {
	if e.ID == "" {
		return fmt.Sprintf("%s: %v", e.Op, e.Err)
	}
	return fmt.Sprintf("%s %q: %v", e.Op, string(e.ID), e.Err)
}

// Unwrap returns what went wrong.
func (e *Error) Unwrap() error { return e.Err }
