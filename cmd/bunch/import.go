package main

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"
)

func (a *app) importVerb() *cobra.Command {
	var in intake
	cmd := &cobra.Command{
		Use:   "import [FILE|DIR|-]",
		Short: "Take over groups and results from Celery",
		Long: `Import reads Celery's stored documents, one JSON a line, in any order, as
redis-cli prints the values of celery-taskset-meta-* and celery-task-meta-*; or
a folder of Celery's filesystem backend. With --tuple the lines are bare trees,
as 'bunch show -o raw' prints them.

The first ready result of a task stands, so importing twice changes nothing.
Lines are taken in batches of up to 1000 results and 1000 groups, each stored
as a whole or not at all; around a line that the store refuses, and a group of
more than 500 tasks, in smaller parts. A bad line is told of and left out; with
--strict import stops at it, with exit code 1: what came before it stays. If it
is the store that refuses a line, what follows in its batch and in up to seven
more may be stored as well.

In the end standard error says what became of it all; with -o json standard
output does too, as groups_saved, groups_there, results_applied,
results_not_applied, bad and seconds.`,
		Example: `  redis-cli --scan --pattern 'celery-task*-meta-*' > keys
  xargs redis-cli mget < keys | bunch import
  bunch import /var/lib/celery/results
  bunch export --tuple | bunch --store other import --tuple`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			file := a.in
			if len(args) == 1 && args[0] != "-" {
				var err error
				if file, err = os.Open(args[0]); err != nil {
					return err
				}
				defer file.Close()
			}
			info, err := file.Stat()
			if err != nil {
				return err
			}
			if in.tuple && info.IsDir() {
				return usage("--tuple is for lines, and %q is a folder", args[0])
			}
			return a.make(ctx, true, func(s *share) error { return a.takeIn(ctx, s, &in, file, info) })
		},
	}
	cmd.Flags().BoolVar(&in.tuple, "tuple", false, "the lines are trees, as in as_tuple")
	cmd.Flags().BoolVar(&in.strict, "strict", false, "stop at the first bad line")
	return cmd
}

// takeIn imports all of a file or a folder.
func (a *app) takeIn(ctx context.Context, s *share, in *intake, file *os.File, info fs.FileInfo) error {
	bar := newByteBar(info)
	defer bar.clear()
	in.batches = make(chan *docBatch, 2)
	reading, stop := context.WithCancel(ctx)
	defer stop()
	go in.read(reading, file, info.IsDir())

	sum, began := importSum{}, time.Now()
	err := a.store(ctx, s, in, &sum, bar)
	bar.clear()
	if told := a.imported(sum, time.Since(began)); err == nil {
		err = told
	}
	return err
}

// storingAtOnce is how many batches are on their way into the store at once: so
// many that the store always has the next one to prepare.
const storingAtOnce = 8

// store stores the batches that are read, and adds up what becomes of them.
func (a *app) store(ctx context.Context, s *share, in *intake, sum *importSum, bar *byteBar) (err error) {
	var under []*storing // way, in the order in which they were read
	settle := func(most int) {
		for ; len(under) > most; under = under[1:] {
			if failed := a.stored(under[0], sum, in.strict, bar); err == nil {
				err = failed
			}
		}
	}
	defer func() { settle(0) }()
	for err == nil {
		select {
		case b, more := <-in.batches:
			if !more {
				settle(0)
				return cmp.Or(err, in.err)
			}
			for i, st := range slices.Backward(under) {
				if st.b.meets(b) { // documents of one task keep their order
					settle(len(under) - 1 - i)
					break
				}
			}
			if err == nil {
				under = append(under, storeBatch(ctx, s, b))
			}
			settle(storingAtOnce - 1)
		case <-ctx.Done(): // reading may go on for ever
			err = ctx.Err()
		}
	}
	return err
}

// stored waits for a batch and tells of its bad documents.
func (a *app) stored(st *storing, sum *importSum, strict bool, bar *byteBar) error {
	<-st.done
	sum.add(st.sum)
	bar.add(st.b.bytes)
	for _, bad := range st.b.bad {
		if strict {
			return exitf(exitError, "%s: %w", bad.at, bad.err)
		}
		bar.hide()
		a.note("%s: %s", bad.at, message(bad.err))
	}
	return st.err
}

// imported tells what became of it.
func (a *app) imported(sum importSum, took time.Duration) error {
	a.note("%d %s saved, %d already there; %d %s applied, %d not, because one stands already; %d bad; %.1f s",
		sum.saved, plural(sum.saved, "group"), sum.there, sum.applied, plural(sum.applied, "result"), sum.stood, sum.bad, took.Seconds())
	if a.output != asJSON {
		return nil
	}
	return a.line(fmt.Appendf(nil, `{"groups_saved":%d,"groups_there":%d,"results_applied":%d,"results_not_applied":%d,"bad":%d,"seconds":%.3f}`,
		sum.saved, sum.there, sum.applied, sum.stood, sum.bad, took.Seconds()))
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}
