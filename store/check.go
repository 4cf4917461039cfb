package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dgraph-io/badger/v4"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// Check verifies every invariant of the package comment on one snapshot, and the
// checksums of Badger's tables. What it finds is in the answer, not in the error,
// which says why Check could not come to its end: the context's, ErrClosed, a
// newer format.
//
// The store may be used meanwhile, and damage that comes in later is not seen.
// Until Check returns, space that is deleted or overwritten is not given back, and
// Close waits for a moment. It takes a few microseconds a record and little
// memory: that of the largest tree, some 50 bytes for each group with members
// from elsewhere, and 8 for each group and each long value.
//
// If progress is not nil it is called now and then, with how many records were
// looked at and how many there are. It must not use the store.
func (s *Store) Check(ctx context.Context, progress func(done, total int)) (Checked, error) {
	return s.check(ctx, progress, MaxFindings)
}

// check keeps up to limit findings.
func (s *Store) check(ctx context.Context, progress func(done, total int), limit int) (found Checked, err error) {
	end, err := s.turn(ctx, "check")
	if err != nil {
		return found, err
	}
	defer end()
	err = s.between(ctx, "check", func(r snapshot) error {
		c := &checker{ctx: ctx, closing: s.closing, snap: r, progress: progress, limit: limit}
		damage := s.verified()
		if damage != nil {
			c.find(Finding{Invariant: "I11", Lost: true,
				What: fmt.Sprintf("%.200s; what it held is missing until a backup is loaded", strings.TrimPrefix(damage.Error(), result.ErrCorrupt.Error()+": "))})
		}
		err := s.guarded(c.records)
		if damage != nil && errors.Is(err, result.ErrCorrupt) {
			err = nil // Badger could not read on, and the finding says so
		}
		found = c.Checked
		return err
	})
	return found, err
}

// checker is one Check under way.
type checker struct {
	Checked
	ctx      context.Context
	closing  <-chan struct{}
	snap     snapshot
	progress func(done, total int)
	limit    int  // of findings
	foreign  bool // it may be from anybody, and made to break a store
	done     int  // records passed
	total    int  // that there are to pass
	polls    int

	groups   []uint64           // the numbers that heads and 's' records have, sorted
	dark     map[uint64]bool    // groups whose tree cannot be told: what they own is not judged
	headless map[result.ID]bool // groups that have a number and no head
	blind    bool               // a record that may name a long value cannot be read
	leaves   map[uint64]int     // by group: memberships of tasks that there should be, less those met
	nests    map[uint64]int     // the same of nested groups
	blobs    []encoding.Blob    // long values that records name
	refused  map[uint64]bool    // long values of reports that were refused, on their way out
	sorted   bool               // blobs are
	about    uint64             // number of the group that head is the head of
	head     encoding.Head
	root     result.Root // whose own members are in places
	places   []place
	tasks    int    // how many records of tasks there are
	top      uint64 // the highest number that a group or a long value has
}

func (c *checker) find(f Finding) {
	c.Found++
	f.at = c.snap.ReadTs()
	if len(c.Findings) < c.limit {
		c.Findings = append(c.Findings, f)
	}
}

// step counts one more record.
func (c *checker) step() error {
	c.done++
	return c.poll()
}

// poll is called for everything that is looked at: it tells how far the check is,
// and ends it when it is time to.
func (c *checker) poll() error {
	if c.polls++; c.polls%1024 != 1 {
		return nil
	}
	if c.progress != nil {
		c.progress(c.done, max(c.done, c.total))
	}
	select {
	case <-c.closing:
		return result.ErrClosed
	default:
	}
	if c.foreign && c.Found > 0 { // some hundred bytes may take hours
		return errFound
	}
	return c.ctx.Err()
}

// errFound ends a check of what may be from anybody at the first finding.
var errFound = errors.New("found")

// records looks at every record: the groups first, with all that is derived from
// their trees, then what belongs to them.
func (c *checker) records() error {
	c.dark, c.headless = map[uint64]bool{}, map[result.ID]bool{}
	c.leaves, c.nests, c.refused = map[uint64]int{}, map[uint64]int{}, map[uint64]bool{}
	if err := c.count(); err != nil {
		return err
	}
	if err := c.each([]byte{keyHead}, c.group); err != nil {
		return err
	}
	if err := c.each([]byte{keySeq}, c.listed); err != nil {
		return err
	}
	slices.Sort(c.groups)
	c.groups = slices.Compact(c.groups)
	if err := c.each([]byte{keyJournal}, c.underWay); err != nil {
		return err
	}
	if err := c.each(nil, c.record); err != nil {
		return err
	}
	if err := c.surplus(keyResult, c.leaves); err != nil {
		return err
	}
	if err := c.surplus(keyNests, c.nests); err != nil {
		return err
	}
	if c.progress != nil {
		c.progress(c.done, c.done)
	}
	c.counted()
	return c.counter()
}

// counted checks how many records of tasks there are.
func (c *checker) counted() {
	latest, err := stampIn(c.snap)
	if err != nil || latest.store.IsZero() || latest.tasks < 0 || latest.tasks == c.tasks {
		return // a broken stamp is found by itself
	}
	more := c.tasks - latest.tasks
	what := fmt.Sprintf("%d records of tasks are missing: it had %d and has %d", -more, latest.tasks, c.tasks)
	if more > 0 {
		what = fmt.Sprintf("there are %d records of tasks too many: it had %d and has %d", more, latest.tasks, c.tasks)
	}
	c.find(Finding{Invariant: "I12", What: what, Lost: more < 0, fix: func(b *batch) error {
		b.tasks += more                  // as others go on counting
		return b.setNumber(metaClock, 0) // the commit puts a stamp there
	}})
}

// count is how many records there are.
func (c *checker) count() error {
	it := c.snap.NewIterator(badger.IteratorOptions{})
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		if err := c.poll(); err != nil {
			return err
		}
		c.Records++
		switch it.Item().Key()[0] {
		case keyHead:
			c.Groups++
		case keyResult:
			c.tasks++
			if it.Item().UserMeta() != 0 {
				c.Results++
			}
		}
	}
	c.total = c.Records + c.Groups // groups and numbers are passed over once more
	return nil
}

// stored is a record as it was read; key is the checker's, body is Badger's.
type stored struct {
	key, body []byte
	meta      byte
}

// each calls do with every readable record under prefix. Those that cannot be
// unsealed are found once, in the pass over everything.
func (c *checker) each(prefix []byte, do func(stored) error) error {
	it := c.snap.NewIterator(badger.IteratorOptions{Prefix: prefix})
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		if err := c.step(); err != nil {
			return err
		}
		item := it.Item()
		r := stored{key: item.KeyCopy(nil), meta: item.UserMeta()}
		err := item.Value(func(sealed []byte) (err error) {
			if r.body, err = unseal(r.key, r.meta, sealed); err != nil {
				if prefix == nil {
					c.unreadable(r.key, r.meta, "I1", err)
				}
				return nil
			}
			return do(r)
		})
		if errors.Is(err, result.ErrCorrupt) {
			c.unreadable(r.key, r.meta, stands[r.key[0]], err)
		} else if err != nil {
			return err
		}
	}
	return nil
}

// get reads a record: ok is false if there is none, which missing says, or if it
// is unreadable, which is found by itself.
func (c *checker) get(key []byte) (body []byte, ok, missing bool) {
	body, _, err := c.snap.get(key)
	return body, err == nil && body != nil, err == nil && body == nil
}

// counter checks the counter of numbers against those in use.
func (c *checker) counter() error {
	body, ok, missing := c.get(metaSeq)
	if !ok && !missing || ok && len(body) != 8 {
		return nil // found by itself
	}
	n := uint64(0)
	if ok {
		n = binary.BigEndian.Uint64(body)
	}
	if top := c.top; n < top {
		c.find(Finding{Invariant: "I9", What: fmt.Sprintf("the counter is %d, and number %d is in use", n, top),
			fix: func(b *batch) error { return b.raiseCounter(top) }})
	}
	return nil
}
