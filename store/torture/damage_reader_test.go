package torture

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
)

// The store to damage has parts. Each is written by an opening of its own, so all
// but the last are in tables, and the last is in the log.
const (
	damageParts  = 3
	damageGroups = 20 // of a part
	damageSize   = 30 // of a group
)

func damageTree(part, n int) result.Tree {
	r := root(4, part*1000+n)
	g := result.Group(r.ID(0), result.Tasks(r, 1, damageSize-2))
	return g.Append(result.Task(result.ID(fmt.Sprintf("foreign-%d-%d", part, n))), result.Group(r.ID(1_000_000), result.Task(r.ID(1_000_001))))
}

// fillPart writes one part, and says something different in every store.
func fillPart(ctx context.Context, s *store.Store, part, other int) error {
	for n := range damageGroups {
		tree := damageTree(part, n)
		attr := result.Attributes{Labels: map[string]string{"part": fmt.Sprint(part)}}
		attr.Note, _ = encoding.Marshal(fmt.Sprint("note ", part, n, other))
		in, _ := encoding.Marshal(fmt.Sprint("input ", part, n, other))
		attr.Inputs = [][]byte{in}
		if _, err := s.Save(ctx, tree, attr); err != nil {
			return err
		}
		m := 0
		var reports []result.Async
		for leaf := range tree.Leaves() {
			if m++; m%5 == 0 {
				continue // stays pending
			}
			a := result.Async{ID: leaf.ID(), State: states[m%len(states)]}
			text := fmt.Sprintf("value %d of group %d in part %d of store %d", m, n, part, other)
			if m == 3 {
				text += string(make([]byte, 100_000)) // long enough to be in pieces
			}
			a.Value, _ = encoding.Marshal(text)
			if reports = append(reports, a); len(reports) < 8 {
				continue
			}
			if _, err := s.Report(ctx, reports...); err != nil {
				return err
			}
			reports = nil
		}
		if _, err := s.Report(ctx, result.Async{ID: result.ID(fmt.Sprintf("lone-%d-%d", part, n)), State: result.Success}); err != nil {
			return err
		}
	}
	return nil
}

func init() { roles["examine"] = examine }

// examine is the role of a process that reads all there should be in a store that
// was damaged, closes it, and opens and reads it again. It prints a line for each
// record, and one with a ! for each error.
func examine(args []string) error {
	o := store.Options{Profile: store.Edge}
	if len(args) > 1 {
		o.EncryptionKey, _ = hex.DecodeString(args[1])
	}
	for range 2 {
		s, err := store.Open(args[0], &o)
		if err != nil {
			complain("open", err)
			break
		}
		readAll(context.Background(), s)
		if c, err := s.Check(context.Background(), nil); err != nil || !c.Clean() {
			fmt.Printf("! check: %+v %v\n", c, err)
		}
		if err := s.Close(); err != nil {
			complain("close", err)
		}
		fmt.Println("closed")
	}
	fmt.Println("end")
	return nil
}

func complain(what string, err error) {
	kind := "other"
	if errors.Is(err, result.ErrCorrupt) {
		kind = "corrupt"
	}
	fmt.Printf("! %s: %s: %q\n", kind, what, err)
}

func readAll(ctx context.Context, s *store.Store) {
	say := func(what string, id result.ID, err error, line ...any) {
		switch {
		case errors.Is(err, result.ErrNotFound):
		case err != nil:
			complain(fmt.Sprint(what, " ", id), err)
		default:
			fmt.Println(append([]any{what, id}, line...)...)
		}
	}
	for query := (result.Query{Limit: 10}); ; {
		page, next, err := s.List(ctx, query)
		for _, g := range page {
			say("listed", g.ID, nil, g.Labels, g.Progress, g.Settled.IsZero())
		}
		if err != nil {
			complain("list", err)
			break
		}
		if query.Cursor = next; next == "" {
			break
		}
	}
	for part := range damageParts {
		for n := range damageGroups {
			tree := damageTree(part, n)
			g, err := s.Restore(ctx, tree.ID())
			say("group", tree.ID(), err, g.Tree, g.Labels, g.Progress, fmt.Sprintf("%x", g.Note))
			for a, err := range s.Results(ctx, tree, result.Filter{Inputs: true}) {
				say("result", a.ID, err, a.State, a.Attempt, len(a.Value), fmt.Sprintf("%.50x %x", a.Value, a.Input))
			}
			lone := result.ID(fmt.Sprintf("lone-%d-%d", part, n))
			a, err := s.Get(ctx, lone)
			say("lone", lone, err, a.State)
			for _, member := range []result.ID{tree.At(0).ID(), tree.At(damageSize - 2).ID()} {
				found, err := s.Find(ctx, member)
				say("found", member, err, found)
			}
		}
	}
}

// buildStore makes the store to damage: as a kill leaves it.
func buildStore(dir string, key []byte, other int) (unclean string, err error) {
	ctx := context.Background()
	for part := range damageParts {
		s, err := store.Open(dir, &store.Options{Profile: store.Edge, EncryptionKey: key})
		if err != nil {
			return "", err
		}
		if err := fillPart(ctx, s, part, other); err != nil {
			return "", err
		}
		if part == damageParts-1 {
			unclean = dir + "-unclean"
			if err := os.CopyFS(unclean, os.DirFS(dir)); err != nil {
				return "", err
			}
		}
		if err := s.Close(); err != nil {
			return "", err
		}
	}
	return unclean, nil
}
