package encoding

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// The keys of a head record.
const (
	headSeq       = 1
	headTree      = 2
	headChunks    = 3
	headCreated   = 4
	headSettled   = 5
	headExpires   = 6
	headMaxAge    = 7
	headNested    = 8
	headOwn       = 9
	headTotal     = 10
	headCompleted = 11
	headForgotten = 12
	headCounts    = 13
)

// Head is the small record of a saved group that every report rewrites: all that
// changes, and what a listing shows.
type Head struct {
	Seq     uint64        // creation sequence
	Tree    uint32        // version of the tree: which chunks hold it
	Chunks  uint32        // how many chunks hold it
	Created time.Time     // all times to the microsecond, UTC, zero if not
	Settled time.Time     // nothing more is to come since
	Expires time.Time     // then the group goes
	MaxAge  time.Duration // zero if none; to the nanosecond
	Nested  bool          // groups are nested in it
	Own     bool          // it names minted ids of its own root

	Progress result.Progress
}

// AppendHead appends h as bytes.
func AppendHead(dst []byte, h Head) []byte {
	w := newWriter(dst)
	w.uint(headSeq, h.Seq)
	w.uint(headTree, uint64(h.Tree))
	w.uint(headChunks, uint64(h.Chunks))
	w.time(headCreated, h.Created)
	w.time(headSettled, h.Settled)
	w.time(headExpires, h.Expires)
	w.int(headMaxAge, int64(h.MaxAge))
	w.flag(headNested, h.Nested)
	w.flag(headOwn, h.Own)
	w.int(headTotal, int64(h.Progress.Total))
	w.int(headCompleted, int64(h.Progress.Completed))
	w.int(headForgotten, int64(h.Progress.Leaves.Forgotten))
	w.counts(headCounts, h.Progress.Leaves)
	return w.end()
}

// counts writes how many leaves are in which state: codes first, then the names
// of custom states, shorter ones first, as deterministic CBOR wants it.
func (w *writer) counts(k uint64, c result.Counts) {
	var space [result.MaxCustomStates]result.State
	custom, pairs := space[:0], uint64(0)
	for s := range c.All() {
		pairs++
		if StateCode(s) == codeCustom {
			custom = append(custom, s)
		}
	}
	if pairs == 0 {
		return
	}
	w.key(k)
	w.dst = appendHead(w.dst, majorMap, pairs)
	for code := codePending; code <= codeIgnored; code++ {
		if n := c.Of(states[code]); n != 0 {
			w.dst = appendHead(w.dst, majorUint, uint64(code))
			w.dst = appendInt(w.dst, int64(n))
		}
	}
	slices.SortFunc(custom, compareText)
	for _, s := range custom {
		w.dst = appendText(w.dst, string(s))
		w.dst = appendInt(w.dst, int64(c.Of(s)))
	}
}

// compareText orders text as keys of a deterministic map: shorter first.
func compareText[T ~string](a, b T) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(string(a), string(b))
}

// ParseHead reads what AppendHead wrote. Errors match [result.ErrCorrupt] or are
// a *[result.VersionError].
func ParseHead(b []byte) (Head, error) {
	r := newReader("head", b)
	var h Head
	count := func(want string) int { return int(r.positive(math.MaxInt, want)) }
	r.fields(func(key uint64) {
		switch key {
		case headSeq:
			h.Seq = r.positive(math.MaxUint64, "a creation sequence")
		case headTree:
			h.Tree = uint32(r.positive(math.MaxUint32, "a tree's version"))
		case headChunks:
			h.Chunks = uint32(r.positive(math.MaxUint32, "a number of chunks"))
		case headCreated:
			h.Created = r.time("a time in microseconds")
		case headSettled:
			h.Settled = r.time("a time in microseconds")
		case headExpires:
			h.Expires = r.time("a time in microseconds")
		case headMaxAge:
			h.MaxAge = time.Duration(r.positive(math.MaxInt64, "a maximum age in nanoseconds"))
		case headNested:
			h.Nested = r.yes("nested")
		case headOwn:
			h.Own = r.yes("own")
		case headTotal:
			h.Progress.Total = count("a number of members")
		case headCompleted:
			h.Progress.Completed = count("a number of completed members")
		case headForgotten:
			h.Progress.Leaves.Forgotten = count("a number of forgotten leaves")
		case headCounts:
			h.Progress.Leaves = r.counts(h.Progress.Leaves)
		default:
			r.unknown(key)
		}
	})
	if err := r.end(); err != nil {
		return Head{}, err
	}
	return h, nil
}

// counts reads what the writer's counts wrote and adds it to c.
func (r *reader) counts(c result.Counts) result.Counts {
	at := r.pos
	n := r.list(majorMap, "counts by state")
	if n == 0 || n > codeIgnored+result.MaxCustomStates {
		r.fail(at, "counts of at least one state, and no more than there can be")
	}
	var last result.State
	for ; n > 0 && r.err == nil; n-- {
		at := r.pos
		s := r.state()
		k := r.positive(math.MaxInt, "a number of leaves")
		if r.err == nil && last != "" && compareStates(last, s) >= 0 {
			r.fail(at, "states in ascending order")
		}
		if r.err == nil {
			c, last = c.Add(s, int(k)), s
		}
	}
	return c
}

// compareStates orders states as keys: codes first.
func compareStates(a, b result.State) int {
	x, y := StateCode(a), StateCode(b)
	if x == codeCustom && y == codeCustom {
		return compareText(a, b)
	}
	return int(x) - int(y)
}
