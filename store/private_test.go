package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

const secretID, secretValue = "task-of-mallory", "the word is swordfish"

// secrets writes an id and a value into every kind of record and file there is:
// long and short, in a log and in a table. It returns what lies on the disk after
// a kill and after closing, and all that was logged.
func secrets(t *testing.T, key []byte) (copied, closed string, logged string) {
	t.Helper()
	ctx := context.Background()
	var log bytes.Buffer
	o := &Options{
		Profile: Edge, EncryptionKey: key,
		Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	closed = filepath.Join(t.TempDir(), "store")
	s, err := Open(closed, o)
	if err != nil {
		t.Fatal(err)
	}
	value := func(n int) []byte {
		v, err := encoding.Marshal(strings.Repeat(secretValue, n))
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	attr := result.Attributes{Labels: map[string]string{"password": secretValue}, Note: value(1), Inputs: [][]byte{value(1), value(10_000)}}
	if _, err := s.Save(ctx, result.Group("g", result.Task(secretID), result.Task(secretID+"2")), attr); err != nil {
		t.Fatal(err)
	}
	for i, v := range [][]byte{value(1), value(10_000)} {
		if _, err := s.Report(ctx, result.Async{ID: result.ID(fmt.Sprint(secretID, i)), State: result.Success, Value: v}); err != nil {
			t.Fatal(err)
		}
	}
	_, err = s.Report(ctx, result.Async{ID: secretID, State: result.Success, Value: append(value(1), 0xff)})
	log.WriteString(fmt.Sprintln(err))
	_, err = s.Report(ctx, result.Async{ID: "x", State: result.Success, Value: value(1_000_000)})
	log.WriteString(fmt.Sprintln(err))
	if !errors.Is(err, result.ErrTooLarge) {
		t.Errorf("a large value gave %v", err)
	}
	copied = killed(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return copied, closed, log.String()
}

// found gives the files under dirs that have one of words in them.
func found(t *testing.T, words []string, dirs ...string) (list []string) {
	t.Helper()
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			for _, w := range words {
				if bytes.Contains(b, []byte(w)) {
					list = append(list, path+": "+w)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// TestEncryption: with a key no file has an id, a label or a value in it, and
// without one the same search finds them.
func TestEncryption(t *testing.T) {
	words := []string{secretID, secretValue, "password"}
	killed, closed, _ := secrets(t, nil)
	if n := len(found(t, words, killed, closed)); n < 4 {
		t.Fatalf("the search finds only %d", n)
	}
	killed, closed, _ = secrets(t, aKey)
	if list := found(t, append(words, string(aKey)), killed, closed); len(list) > 0 {
		t.Errorf("in plain text: %q", list)
	}
	for _, dir := range []string{killed, closed} {
		s, err := Open(dir, &Options{EncryptionKey: aKey})
		if err != nil {
			t.Fatal(err)
		}
		if a, err := s.Get(context.Background(), secretID+"1"); err != nil || !bytes.Contains(a.Value, []byte(secretValue)) {
			t.Errorf("read %d bytes, %v", len(a.Value), err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(dir, dataDir, "KEYREGISTRY")); err != nil {
			t.Fatal(err)
		}
		if s, err := Open(dir, &Options{EncryptionKey: aKey}); !errors.Is(err, result.ErrCorrupt) {
			if err == nil {
				s.Close()
			}
			t.Errorf("without the file of keys opening gave %v", err)
		}
	}
}

// TestNothingSecretIsLogged: nor is it in an error.
func TestNothingSecretIsLogged(t *testing.T) {
	_, _, logged := secrets(t, aKey)
	if logged == "" {
		t.Fatal("nothing was logged at all")
	}
	for _, w := range []string{secretValue, string(aKey), fmt.Sprintf("%x", secretValue[:8])} {
		if strings.Contains(logged, w) {
			t.Errorf("logged: %s", logged)
		}
	}
}

// TestPermissions: nobody else may look at anything, whatever the umask.
func TestPermissions(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such permissions")
	}
	_, closed, _ := secrets(t, nil)
	check := func() {
		t.Helper()
		err := filepath.WalkDir(closed, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err == nil && info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s: %v", path, info.Mode())
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	check()
	if err := os.Chmod(filepath.Join(closed, dataDir), 0o755); err != nil { // as an unpacker might
		t.Fatal(err)
	}
	newStore(t, closed)
	check()
}

// TestDebugVars: what importing this package, which imports Badger, puts on
// http.DefaultServeMux is what the package comment says: /debug/vars, no more.
func TestDebugVars(t *testing.T) {
	for path, want := range map[string]string{"/debug/vars": "/debug/vars", "/debug/pprof/": "", "/debug/requests": "", "/": ""} {
		if _, got := http.DefaultServeMux.Handler(httptest.NewRequest("GET", path, nil)); !strings.HasSuffix(got, want) || want == "" && got != "" {
			t.Errorf("%s is served by %q, want %q", path, got, want)
		}
	}
}
