package store

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// TestSyncEvery: logs are synced beside the writes that fill them and the flushes
// that delete them. That what was synced outlives a power cut takes a disk of its
// own to show; here it goes well, and ends with the store.
func TestSyncEvery(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s, err := Open(dir, &Options{NoSync: true, SyncEvery: time.Millisecond, Profile: Edge, Logger: failing(t)})
	if err != nil {
		t.Fatal(err)
	}
	value := append([]byte{0x59, 0xea, 0x60}, make([]byte, 60000)...)
	for i := range 300 { // 18 MB: two logs are filled
		if _, err := s.Report(ctx, result.Async{ID: result.ID(time.Duration(i).String()), State: result.Success, Value: value}); err != nil {
			t.Fatal(err)
		}
	}
	if logs, err := filepath.Glob(filepath.Join(dir, dataDir, "*.mem")); err != nil || len(logs) == 0 || filepath.Base(logs[len(logs)-1]) == firstLog {
		t.Errorf("logs %q, %v: none was filled", logs, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestSyncLogs: of a folder of logs all but the newest are synced, and one that
// became a table meanwhile does no harm.
func TestSyncLogs(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, firstLog), "x")
	if err := os.Symlink(filepath.Join(dir, "gone"), filepath.Join(dir, secondLog)); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	for _, but := range []int{0, 1, 2, 3} {
		if err := syncLogs(dir, but); err != nil {
			t.Errorf("all but %d: %v", but, err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "00003.mem"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syncLogs(dir, 1); err != nil {
		t.Error(err)
	}
	if err := syncLogs(dir, 0); err == nil {
		t.Error("what cannot be synced gives no error")
	}
}

// failing is a logger to which an error or a warning is a failure of the test.
func failing(t *testing.T) *slog.Logger {
	return slog.New(slog.NewTextHandler(failer{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

type failer struct{ t *testing.T }

func (f failer) Write(line []byte) (int, error) {
	f.t.Errorf("logged: %s", line)
	return len(line), nil
}
