package store

import (
	"fmt"
	"path/filepath"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/result"
)

// A loss is what is known to be missing when the files are put together: commits
// are numbered without gaps, tables have all of them up to the highest version in
// them (every commit writes the store's clock, so that number never falls), and
// the logs have those after that.
type loss struct {
	from, to uint64 // the commits that are missing; 0 if none is
	logs     int    // how many logs go on where the one before ends: all, if none is missing
}

// Up to here Badger has had no reason to write its manifest anew, which it does
// after 10,000 deletions. So a smaller manifest cannot have become shorter.
const manifestRewritten = 50 << 10

// lost verifies all tables, reads the logs and finds out what is missing.
//
// Where the store synced, or was closed, that is damage, and an error. Where it
// did not, a loss of power may have taken the latest writes, and of two logs the
// end of the earlier one: then the store is what it was before the gap, with
// whole transactions, whose counts fit.
func (f *files) lost(was mark, known bool) (loss, error) {
	l := loss{logs: len(f.logs)}
	manifest := filepath.Join(f.dir, badger.ManifestFilename)
	if known && uint64(f.whole) < was.manifest && was.manifest < manifestRewritten {
		return l, fmt.Errorf("%w: %s was cut short: %d bytes of %d are left; restore the file or a backup",
			result.ErrCorrupt, manifest, f.whole, was.manifest)
	}
	tables, _ := f.split()
	reached, err := f.verifyTables(tables)
	if err != nil {
		return l, err
	}
	latest := was.commit
	for i, w := range f.logs {
		if err := w.scan(f); err != nil {
			return l, err
		}
		latest = max(latest, w.last)
		switch {
		case w.first == 0 || l.logs <= i:
		case w.first > reached+1:
			l.logs = i
		default:
			reached = max(reached, w.last)
		}
	}
	if reached >= latest {
		return l, nil
	}
	l.from, l.to = reached+1, latest
	if known && was.flags&(markSynced|markClosed) != 0 {
		return l, fmt.Errorf("%w: %d commits are missing, number %d to %d: files in %s were damaged or replaced by older ones; "+
			"restore a backup, open with Options.Salvage to read what is left, or accept the loss with bunch check --repair",
			result.ErrCorrupt, l.to-l.from+1, l.from, l.to, f.dir)
	}
	return l, nil
}
