package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	if os.Getenv("GORACE") == "" { // else every process sleeps a second at its end
		os.Setenv("GORACE", "atexit_sleep_ms=0")
	}
	testscript.Main(m, map[string]func(){"bunch": main})
}

// TestScripts are transcripts: what a user types, and what comes back. Beside
// testscript's own commands they have:
//
//	exits CODE COMMAND ARGS...   the command ends with this exit code
//	set NAME                     the last output, less its line end, becomes $NAME
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("BUNCH_STORE", env.WorkDir+"/store")
			env.Setenv("XDG_STATE_HOME", "")
			env.Setenv("COLUMNS", "80")
			env.Setenv("GORACE", os.Getenv("GORACE"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits,
			"set": func(ts *testscript.TestScript, _ bool, args []string) {
				ts.Setenv(args[0], strings.TrimRight(ts.ReadFile("stdout"), "\n"))
			},
		},
		RequireUniqueNames: true,
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	if err != nil || neg {
		ts.Fatalf("usage: exits CODE COMMAND ARGS...")
	}
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
		got = ended.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// bunch runs the program in dir, on the store there, and returns its output. It
// must end with this exit code; -1 is that of a signal.
func bunch(t *testing.T, dir string, code int, input string, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, errs strings.Builder
	cmd := exec.Command("bunch", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "BUNCH_STORE="+filepath.Join(dir, "store"))
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &out, &errs
	_ = cmd.Run()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() != code {
		t.Fatalf("bunch %q: %v, want exit code %d\n%s", args, cmd.ProcessState, code, errs.String())
	}
	return out.String(), errs.String()
}
