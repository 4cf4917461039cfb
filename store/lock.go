package store

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/seed-1c955bc8/bunch/result"
)

// lock is the store's directory held for this process: one writer, or any number
// of readers. The system lets go of it when the process ends, however it ends.
type lock struct{ file *os.File }

// acquire takes the lock, or gives ErrLocked naming who has it.
func acquire(path string, shared bool) (*lock, error) {
	flags := os.O_CREATE | os.O_RDWR
	if shared {
		flags = os.O_RDONLY
	}
	f, err := os.OpenFile(path, flags, 0o600)
	if err != nil {
		return nil, err
	}
	if err := tryLock(f, shared); err != nil {
		defer f.Close()
		if !errors.Is(err, errHeld) {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		return nil, held(f)
	}
	if !shared { // for whoever finds the store locked; the lock itself is not the text
		if err := f.Truncate(0); err == nil {
			_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
		}
	}
	return &lock{f}, nil
}

var errHeld = errors.New("held")

func held(f *os.File) error {
	text := make([]byte, 32)
	n, _ := f.ReadAt(text, 0)
	pid, err := strconv.Atoi(strings.TrimSpace(string(text[:n])))
	if err != nil || pid <= 0 {
		return fmt.Errorf("%w by another process", result.ErrLocked)
	}
	return fmt.Errorf("%w by process %d", result.ErrLocked, pid)
}

func (l *lock) release() error {
	if l == nil {
		return nil
	}
	return l.file.Close()
}
