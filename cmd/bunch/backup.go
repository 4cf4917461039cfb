package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-1c955bc8/bunch/encoding/jsonline"
	"github.com/seed-1c955bc8/bunch/store"
)

func (a *app) backupVerb() *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Write all of the store to one file",
		Long: `Backup writes the whole store, as it is at one moment, to one file, which 'bunch
load' reads. The file appears when it is complete and on the disk, not before; -
is standard output. It has checksums, but it is not encrypted.`,
		Example: `  bunch backup "bunch-$(date +%F).backup"
  bunch backup - | age -r age1... > store.age`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := args[0]
			if path == "-" && isTerminal(os.Stdout) {
				return usage("a backup is no text for a terminal: give a file, or pipe it on")
			}
			if _, err := os.Lstat(path); path != "-" && !force && !errors.Is(err, fs.ErrNotExist) {
				return usage("%q is there already: give another name, or --force to replace it", path)
			}
			var h store.BackupHeader
			var n int64
			err := a.upkeep(cmd.Context(), a.there, true, func(e engine) (err error) {
				h, n, err = a.backup(cmd.Context(), e, path)
				return err
			})
			if err != nil || path == "-" {
				return err
			}
			return a.showBackup("backed up", h, n)
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "replace the file if it is there")
	return cmd
}

// backup writes a backup to a file, whole or not at all, or to standard output.
func (a *app) backup(ctx context.Context, e engine, path string) (h store.BackupHeader, n int64, err error) {
	m := meter{bytes: true}
	defer m.clear()
	w := &metered{meter: &m, total: -1}
	if path == "-" {
		w.w = a.out
		if h, err = e.Backup(ctx, w); err == nil {
			err = a.out.Flush()
		}
		if errors.Is(err, syscall.EPIPE) { // elsewhere that is a reader who has seen enough
			err = exitf(exitError, "the backup was not read to its end")
		}
		if w.n > 0 {
			err = final(err, "what came out is no backup")
		}
		return h, w.n, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // with mode 0600
	if err != nil {
		return h, 0, err
	}
	defer os.Remove(f.Name()) // if it is still called that
	w.w = f
	h, err = e.Backup(ctx, w)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return h, 0, err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return h, 0, err
	}
	if d, err := os.Open(filepath.Dir(path)); err == nil {
		_ = d.Sync() // some systems cannot
		_ = d.Close()
	}
	return h, w.n, nil
}

func (a *app) showBackup(verb string, h store.BackupHeader, n int64) error {
	if a.output == asJSON {
		dst := fmt.Appendf(nil, `{"records":%d,"bytes":%d,"time":`, h.Records, n)
		return a.line(append(jsonline.AppendTime(dst, h.Time), '}'))
	}
	return a.text(fmt.Sprintf("%s %d records of %s, %s", verb, h.Records, h.Time.Local().Format(time.DateTime), size(n)))
}

// metered counts bytes that go to w, or come from r, for a bar.
type metered struct {
	w     io.Writer
	r     io.Reader
	n     int64
	total int64 // -1 if nobody knows
	meter *meter
}

func (m *metered) Write(p []byte) (int, error) {
	n, err := m.w.Write(p)
	return n, m.count(n, err)
}

func (m *metered) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	return n, m.count(n, err)
}

func (m *metered) count(n int, err error) error {
	m.n += int64(n)
	m.meter.step(int(m.n), int(m.total))
	return err
}
