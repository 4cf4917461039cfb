package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-1c955bc8/bunch/encoding/celery"
	"github.com/seed-1c955bc8/bunch/result"
)

func (a *app) exportVerb() *cobra.Command {
	var (
		tuple bool
		dir   string
	)
	cmd := &cobra.Command{
		Use:   "export [ID...]",
		Short: "Write groups and results as Celery stores them",
		Long: `Export writes groups as Celery's documents, one JSON a line, which Celery loads
and 'bunch import' reads: of each group its own, and those of all tasks that it
names and that have a result, parents too, each once. Without an ID it writes
all saved groups; a task that belongs to none is exported by its ID.

With --dir it writes files instead, as Celery's filesystem backend has them.
With --tuple it writes the trees of groups only. What Celery has no place for is
left out: labels, inputs, attempts, and that a result was forgotten.`,
		Example: `  bunch export 0193... | grep -c FAILURE
  bunch export --dir results       result_backend = "file:///.../results"
  bunch export | bunch --store copy import`,
		ValidArgsFunction: a.completeGroups,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			if tuple && dir != "" {
				return usage("give either --tuple or --dir")
			}
			x := exporter{a: a, tuple: tuple, dir: dir, done: map[result.ID]bool{}}
			if dir != "" {
				if err := os.MkdirAll(dir, 0o777); err != nil {
					return err
				}
			}
			err := a.read(ctx, func(s *share) error {
				if len(args) == 0 {
					return x.all(ctx, s)
				}
				return a.each(args, func(id result.ID) error {
					t, err := find(ctx, s, id)
					if err != nil {
						return err
					}
					return x.tree(ctx, s, t.tree)
				})
			})
			if err == nil && x.left {
				err = &exit{code: exitError}
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&tuple, "tuple", false, "write trees only, as in as_tuple")
	cmd.Flags().StringVar(&dir, "dir", "", "write files to this folder, one a document")
	return cmd
}

// exporter writes documents.
type exporter struct {
	a     *app
	tuple bool
	dir   string
	done  map[result.ID]bool // tasks that have been written
	left  bool               // some document was left out
	text  []byte
}

// all writes every saved group.
func (x *exporter) all(ctx context.Context, s *share) error {
	q := result.Query{Limit: 1000}
	for {
		page, next, err := s.List(ctx, q)
		if err != nil {
			return err
		}
		for _, g := range page {
			saved, err := s.Restore(ctx, g.ID)
			if err != nil {
				return err
			}
			if err := x.tree(ctx, s, saved.Tree); err != nil {
				return err
			}
		}
		if q.Cursor = next; next == "" {
			return nil
		}
	}
}

// tree writes a group, or a task, and what it names.
func (x *exporter) tree(ctx context.Context, s *share, t result.Tree) error {
	if t.IsGroup() || x.tuple {
		x.text = celery.AppendGroup(x.text[:0], t)
		if x.tuple {
			x.text = celery.AppendTuple(x.text[:0], t)
		}
		if err := x.write(groupKey, t.ID()); err != nil || x.tuple {
			return err
		}
	}
	seen := map[result.Tree]bool{}
	for todo := []result.Tree{t}; len(todo) > 0; {
		t := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for r, err := range s.Results(ctx, t, result.Filter{}) {
			if err == nil {
				err = x.task(r)
			}
			if err != nil {
				return err
			}
		}
		for step := range t.Walk() { // to what comes before
			if p := step.Tree.Parent(); !step.Leave && !p.IsZero() && !seen[p] {
				seen[p] = true
				todo = append(todo, p)
			}
		}
	}
	return nil
}

// task writes the document of a task, if it has a result.
func (x *exporter) task(r result.Async) (err error) {
	if r.Forgotten || r.State == result.Pending && r.Value == nil && r.Children == nil && r.Request == nil || x.done[r.ID] {
		return nil
	}
	x.done[r.ID] = true
	if x.text, err = celery.AppendTask(x.text[:0], r); err != nil {
		return err
	}
	return x.write(taskKey, r.ID)
}

// write writes x.text, which Celery has under this key.
func (x *exporter) write(key string, id result.ID) error {
	if x.dir == "" {
		_, err := x.a.out.Write(append(x.text, '\n'))
		return err
	}
	name := key + string(id)
	if len(name) > 255 || strings.ContainsAny(name, "\x00/") || !filepath.IsLocal(name) {
		x.a.note("%q is left out: it cannot be in the name of a file; export without --dir", string(id))
		x.left = true
		return nil
	}
	return os.WriteFile(filepath.Join(x.dir, name), x.text, 0o666)
}
