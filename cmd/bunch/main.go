// Bunch runs many tasks and loses no result: the library's groups of task
// results, Celery's GroupResult, on the command line. 'bunch help' has more.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

func main() { os.Exit(execute(os.Args[1:])) }

// app is one call of the program: its global flags and its streams. Data goes to
// out, everything else to err.
type app struct {
	place  place
	output string

	in  *os.File
	out *bufio.Writer
	err io.Writer
}

// execute runs one command line and returns the exit code.
func execute(args []string) int {
	a := &app{in: os.Stdin, out: bufio.NewWriterSize(os.Stdout, 64<<10), err: os.Stderr}
	// A reader that has gone away (bunch ls | head -1) is an error of writing
	// like any other: the store still wants to be closed.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the second Ctrl-C kills

	root := a.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if broken := a.out.Flush(); err == nil || errors.Is(err, syscall.EPIPE) {
		err = broken
	}
	if errors.Is(err, syscall.EPIPE) {
		return exitDone
	}
	if text := message(err); text != "" {
		fmt.Fprintln(a.err, "bunch: "+text)
	}
	return exitCode(err)
}

const rootLong = `bunch runs many tasks, keeps every result on disk, and after a crash runs only
what is left. It is also Celery's GroupResult for anything that can call a
program: make a group, report results, ask how far it is, join.

The store is one directory: --store, or $BUNCH_STORE, or bunch in
$XDG_STATE_HOME (~/.local/state). One process has it open at a time and shares
it with the others of the same user: everything works while a run goes on.

Data goes to standard output, everything else to standard error. Exit codes:
  0    done
  1    error
  2    wrong usage, or an id, state or value that cannot be taken
  3    a failed member was raised (join), or the group settled with failures
       (run, resume, watch, results --follow)
  4    timeout, or not settled (the same verbs)
  5    not found
  6    another process has the store and does not share it, or does not answer
  130  interrupted`

const rootExample = `  seq 1 40 | bunch run -j 4 -- sh -c 'sleep 1; echo {}'
  bunch resume 0193...        what a crash or Ctrl-C left over
  bunch join -o json 0193...  the results, in order`

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "bunch",
		Short:         "Run many tasks and lose no result",
		Long:          rootLong,
		Example:       rootExample,
		SilenceErrors: true,
		SilenceUsage:  true,
		// cobra's own text for an unknown command takes three lines.
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			hint := "'bunch help' lists the commands"
			if like := cmd.SuggestionsFor(args[0]); len(like) > 0 {
				hint = fmt.Sprintf("did you mean %s?", strings.Join(like, " or "))
			}
			return usage("unknown command %q; %s", args[0], hint)
		},
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRunE: func(*cobra.Command, []string) error { return a.checkOutput() },
	}
	root.SuggestionsMinimumDistance = 2
	root.SetHelpCommand(&cobra.Command{
		Use:   "help [command]",
		Short: "Help about any command",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err == nil && cmd == root { // cobra's own help is about that then
				err = root.Args(root, rest)
			}
			if err != nil {
				return err
			}
			return cmd.Help()
		},
	})
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage("%v; see '%s --help'", err, cmd.CommandPath())
	})
	flags := root.PersistentFlags()
	flags.StringVar(&a.place.dir, "store", "", "directory of the store")
	flags.BoolVar(&a.place.noSync, "no-sync", false, "faster; a power cut loses the last seconds")
	flags.StringVar(&a.place.profile, "profile", "standard", "standard or edge (little memory)")
	flags.StringVarP(&a.output, "output", "o", "", "table, json or raw (default table; results: json)")
	root.AddCommand(
		a.runVerb(), a.resumeVerb(),
		a.newVerb(), a.reportVerb(),
		a.lsVerb(), a.topVerb(), a.showVerb(), a.watchVerb(), a.joinVerb(), a.resultsVerb(), a.serveVerb(),
		a.revokeVerb(), a.retryVerb(), a.forgetVerb(), a.deleteVerb(), a.purgeVerb(),
		a.importVerb(), a.exportVerb(),
		a.checkVerb(), a.compactVerb(), a.backupVerb(), a.loadVerb(),
		a.statsVerb(), a.versionVerb(),
	)
	for _, c := range root.Commands() {
		if check := c.Args; check != nil {
			c.Args = func(cmd *cobra.Command, args []string) error {
				if err := check(cmd, args); err != nil {
					return usage("%v; usage: %s", err, cmd.UseLine())
				}
				return nil
			}
		}
	}
	return root
}

// noArgs refuses arguments; cobra's own text takes them for commands.
func noArgs(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%q is too much: it takes no argument", args[0])
	}
	return nil
}
