package torture

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"github.com/seed-1c955bc8/bunch/store"
)

// roleName is the variable of the environment that makes the test binary a child
// process: one of roles.
const roleName = "BUNCH_TORTURE_ROLE"

// roles are what a child process can be told to do, with its arguments. Each stands
// beside the test that starts it.
var roles = map[string]func(args []string) error{}

func TestMain(m *testing.M) {
	if name := os.Getenv(roleName); name != "" {
		if err := roles[name](os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// child is this test binary in a role.
func child(role string, args ...any) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	for _, a := range args {
		cmd.Args = append(cmd.Args, fmt.Sprint(a))
	}
	cmd.Env = append(os.Environ(), roleName+"="+role)
	return cmd
}

// copyDir copies the directory of a store.
func copyDir(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// openStore opens a store that the end of the test closes.
func openStore(t *testing.T, dir string, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(dir, &o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// keep is the path of a file that is still there after the test.
func keep(t *testing.T, name string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "bunch-torture-")
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, name)
}

// notUnderRace skips a test whose work is nearly all done by processes with one
// goroutine of interest, which the race detector makes many times slower for nothing.
func notUnderRace(t *testing.T) {
	t.Helper()
	info, ok := debug.ReadBuildInfo()
	if ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		t.Skip("the race detector would see nothing here: run it without")
	}
}
