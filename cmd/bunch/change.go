package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-1c955bc8/bunch/encoding/jsonline"
	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// A change is a verb that ends or reopens groups. All of them say with --dry-run
// what they would do, ask on a terminal, and need --yes elsewhere.
type change struct {
	use, short, long, example string

	past   string                        // what it did: "revoked"
	object func(n int, id string) string // to what: "3 tasks of ID"
	count  func(result.Progress) int     // how many of those there are
	saved  bool                          // it is for saved groups only, not for parts of them
	do     func(context.Context, *group.Result) (result.Outcome, error)
}

func (a *app) changeVerb(c change) *cobra.Command {
	var dry, yes bool
	cmd := &cobra.Command{
		Use:               c.use,
		Short:             c.short,
		Long:              c.long,
		Example:           c.example,
		Args:              cobra.MinimumNArgs(1),
		ValidArgsFunction: a.completeGroups,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			if dry {
				return a.plan(ctx, c, args, func(id result.ID, n int) error { return a.planned(id, n, cmd.Name()+" "+c.object(n, string(id))) })
			}
			if !yes {
				if !isTerminal(a.in) || !isTerminal(os.Stderr) {
					return usage("%s: nobody is there to ask; --yes does it, --dry-run says what it would do", cmd.Name())
				}
				var list []string
				err := a.plan(ctx, c, args, func(id result.ID, n int) error {
					if n > 0 || c.saved {
						list = append(list, c.object(n, string(id)))
					}
					return nil
				})
				if err != nil {
					return err
				}
				if len(list) > 0 { // otherwise it says that there is nothing to do
					if ok, err := a.ask(ctx, cmd.Name()+" "+strings.Join(list, ", ")); err != nil || !ok {
						return err
					}
				}
			}
			return a.change(ctx, false, func(s *share) error {
				return a.each(args, func(id result.ID) error {
					t, err := c.target(ctx, s, id)
					if err != nil {
						return err
					}
					out, err := c.do(ctx, handle(s, t))
					if err != nil {
						return err
					}
					return a.changed(cmd.Name(), c, id, out)
				})
			})
		},
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, "say what would change, and change nothing")
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	return cmd
}

func (c change) target(ctx context.Context, s *share, id result.ID) (target, error) {
	t, err := find(ctx, s, id)
	if err == nil && c.saved && !t.whole() {
		err = fmt.Errorf("%q: %w as a saved group, it is part of %q", string(id), result.ErrNotFound, string(t.saved.ID))
	}
	return t, err
}

// plan works out what the change would do, and changes nothing. The store is
// free again when it returns: a person takes long to answer.
func (a *app) plan(ctx context.Context, c change, args []string, tell func(result.ID, int) error) error {
	return a.read(ctx, func(s *share) error {
		return a.each(args, func(id result.ID) error {
			t, err := c.target(ctx, s, id)
			if err != nil {
				return err
			}
			p, err := handle(s, t).Progress(ctx)
			if err != nil {
				return err
			}
			return tell(id, c.count(p))
		})
	})
}

// ask asks a person whether to go on. No answer is no.
func (a *app) ask(ctx context.Context, what string) (bool, error) {
	fmt.Fprintf(a.err, "%s? [y/N] ", clean(what))
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(a.in).ReadString('\n')
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(a.err)
		return false, ctx.Err()
	case s := <-answer:
		if s == "y" || s == "yes" {
			return true, nil
		}
		a.note("nothing was changed")
		return false, nil
	}
}

func (a *app) planned(id result.ID, n int, what string) error {
	if a.output == asJSON {
		b := jsonline.AppendText([]byte(`{"id":`), string(id))
		return a.line(fmt.Appendf(b, `,"dry_run":true,"changed":%d}`, n))
	}
	return a.text("would " + what)
}

func (a *app) changed(verb string, c change, id result.ID, out result.Outcome) error {
	if a.output == asJSON {
		return a.line(jsonline.AppendOutcome(nil, id, out))
	}
	if !out.Applied {
		return a.text(fmt.Sprintf("nothing to %s in %s", verb, id))
	}
	return a.text(c.past + " " + c.object(out.Changed, string(id)))
}
