package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// Without syncs it is the system that writes Badger's logs to the disk, in any
// order. What is lost with the power is bounded by syncing a log once the next
// one begins, and all of them every Options.SyncEvery. Badger's own Sync leaves
// out the logs that are full but no table yet.

// walSync syncs logs in the background of a store that does not sync commits.
type walSync struct {
	bytes int           // committed since the last nudge; the committer's
	nudge chan struct{} // has room for one: a new log may have begun
	done  chan struct{}
}

// syncEveryBytes is how many committed bytes pass between looks for a new log.
const syncEveryBytes = 1 << 20

// committed notes a commit.
func (w *walSync) committed(bytes int) {
	if w.bytes += bytes; w.nudge == nil || w.bytes < syncEveryBytes {
		return
	}
	w.bytes = 0
	select {
	case w.nudge <- struct{}{}:
	default:
	}
}

// begin starts the loop if nobody else syncs.
func (w *walSync) begin(s *Store) {
	if !s.opts.NoSync || s.opts.InMemory {
		return
	}
	w.nudge, w.done = make(chan struct{}, 1), make(chan struct{})
	go w.loop(s)
}

// end waits for the loop to end, if there is one.
func (w *walSync) end() {
	if w.done != nil {
		<-w.done
	}
}

// loop syncs until the store closes.
func (w *walSync) loop(s *Store) {
	defer close(w.done)
	data := filepath.Join(s.dir, dataDir)
	var tick <-chan time.Time
	if s.opts.SyncEvery > 0 {
		ticker := time.NewTicker(s.opts.SyncEvery)
		defer ticker.Stop()
		tick = ticker.C
	}
	for {
		var err error
		select {
		case <-s.closing:
			return
		case <-tick:
			err = syncLogs(data, 0)
		case <-w.nudge:
			err = syncLogs(data, 1)
		}
		if err != nil {
			s.opts.Logger.Error("syncing Badger's logs failed", "error", err)
		}
	}
}

// syncLogs makes Badger's logs in dir durable, all but the newest ones: 0 or 1.
// One that is gone has become a table, which is durable. The descriptor is
// another than Badger's; they share the pages.
func syncLogs(dir string, but int) error {
	logs, err := logNames(dir)
	if err != nil {
		return err
	}
	for i := range len(logs) - but {
		if err := syncFile(filepath.Join(dir, logs[i])); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return syncDir(dir)
}

// logNames are those of Badger's logs, in the order of their numbers.
func logNames(dir string) (logs []string, err error) {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if filepath.Ext(e.Name()) == ".mem" {
			logs = append(logs, e.Name())
		}
	}
	return logs, err
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0) // Windows syncs no file that is open for reading
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// syncDir makes the names in dir durable. Windows cannot be asked to.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
