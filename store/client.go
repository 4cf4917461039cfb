package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/seed-1c955bc8/bunch/store/remote"
)

// A Client is a store that another process has open and serves: a group.Backend,
// and all that a Store can do with the whole of itself. It is a remote.Client, which
// alone needs no Badger, and more may be used in the same way.
type Client struct{ *remote.Client }

// Dial connects to the process that has the store in dir open; see remote.Dial.
func Dial(ctx context.Context, dir string) (*Client, error) {
	c, err := remote.Dial(ctx, dir)
	if err != nil {
		return nil, err
	}
	return &Client{c}, nil
}

// Check is [Store.Check] in the process that has the store, and progress is called
// in this one.
func (c *Client) Check(ctx context.Context, progress func(done, total int)) (found Checked, err error) {
	err = c.Upkeep(ctx, remote.Upkeep{Name: "check", Progress: progress}, &found)
	return found, err
}

// Repair is [Store.Repair].
func (c *Client) Repair(ctx context.Context, progress func(done, total int)) (repaired Checked, err error) {
	err = c.Upkeep(ctx, remote.Upkeep{Name: "repair", Progress: progress}, &repaired)
	return repaired, err
}

// Compact is [Store.Compact].
func (c *Client) Compact(ctx context.Context, how Compaction, progress func(done, total int)) (removed int, err error) {
	err = c.Upkeep(ctx, remote.Upkeep{Name: "compact", How: int(how), Progress: progress}, &removed)
	return removed, err
}

// Backup is [Store.Backup], and w is written to in this process.
func (c *Client) Backup(ctx context.Context, w io.Writer) (BackupHeader, error) {
	return c.copied(ctx, remote.Upkeep{Name: "backup", Out: w})
}

// Load is [Store.Load], and r is read in this process.
func (c *Client) Load(ctx context.Context, r io.Reader) (BackupHeader, error) {
	return c.copied(ctx, remote.Upkeep{Name: "load", In: r})
}

// copied is a BackupHeader on its way. Its time may be any: a stranger's.
type copied struct {
	Micro   int64
	Records int
}

func (c *Client) copied(ctx context.Context, u remote.Upkeep) (BackupHeader, error) {
	var h copied
	if err := c.Upkeep(ctx, u, &h); err != nil {
		return BackupHeader{}, err
	}
	return BackupHeader{Time: time.UnixMicro(h.Micro), Records: h.Records}, nil
}

func copying(h BackupHeader, err error) (copied, error) {
	return copied{h.Time.UnixMicro(), h.Records}, err
}

// served is a store as its server has it.
type served struct{ *Store }

// Upkeep does what a Client asks for.
func (s served) Upkeep(ctx context.Context, u remote.Upkeep) (any, error) {
	switch u.Name {
	case "check":
		return s.Check(ctx, u.Progress)
	case "repair":
		return s.Repair(ctx, u.Progress)
	case "compact":
		return s.Compact(ctx, Compaction(u.How), u.Progress)
	case "backup":
		return copying(s.Backup(ctx, u.Out))
	case "load":
		if u.In == nil {
			return nil, &Error{Op: "load", Err: errors.New("nothing was sent to load")}
		}
		return copying(s.Load(ctx, u.In))
	}
	return nil, fmt.Errorf("%.20q: the process that has the store cannot do that", u.Name)
}
