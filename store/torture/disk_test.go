//go:build linux

package torture

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A disk is a file system in a file: an ext4 image on a loop device. A copy of
// the image is the disk as it would be found after the power has gone: it has what
// was written through to the device, and nothing that is only in memory.
type disk struct{ image, at string }

// newDisk makes and mounts a disk, or skips the test where that is not allowed.
func newDisk(t *testing.T, size int64) *disk {
	t.Helper()
	d := &disk{image: filepath.Join(t.TempDir(), "disk.img")}
	f, err := os.Create(d.image)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(size); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := run("mkfs.ext4", "-q", "-F", "-m", "0", "-E", "lazy_itable_init=0,lazy_journal_init=0", d.image); err != nil {
		t.Skip("no file system can be made here: ", err)
	}
	if err := d.mount(t); err != nil {
		t.Skip("no loop device can be mounted here: ", err)
	}
	return d
}

// mount mounts the image until the end of the test, or unmount. By itself ext4
// would write everything out after five seconds: here it waits for ten minutes.
func (d *disk) mount(t *testing.T) error {
	t.Helper()
	d.at = t.TempDir()
	if err := run("mount", "-o", "loop,commit=600", d.image, d.at); err != nil {
		return err
	}
	at := d.at
	t.Cleanup(func() {
		if at == d.at {
			d.unmount(t)
		}
	})
	return nil
}

func (d *disk) unmount(t *testing.T) {
	t.Helper()
	if err := run("umount", d.at); err != nil {
		t.Error(err)
	}
	d.at = ""
}

// cut is the disk after a power cut at this moment.
func (d *disk) cut(t *testing.T) *disk {
	t.Helper()
	after := &disk{image: filepath.Join(t.TempDir(), "after.img")}
	if err := run("cp", "--sparse=always", d.image, after.image); err != nil {
		t.Fatal(err)
	}
	return after
}

// freeze stops a process and waits until none of its threads runs, or is within
// a call that still writes.
func freeze(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	for still := true; still; time.Sleep(time.Millisecond) {
		threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
		if err != nil || len(threads) == 0 {
			t.Fatalf("no threads of process %d: %v", pid, err)
		}
		still = false
		for _, thread := range threads {
			stat, err := os.ReadFile(thread) // pid (name) state ...
			if _, rest, ok := bytes.Cut(stat, []byte(") ")); err == nil && ok && rest[0] != 'T' {
				still = true
			}
		}
	}
}

func run(name string, args ...string) error {
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, bytes.TrimSpace(out))
	}
	return nil
}
