package remote

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/fxamacker/cbor/v2"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// The bodies of frames. Each is an array of CBOR; in it results, trees and counts
// are byte strings with the records of package encoding. An id that is alone in a
// body is text, a tree that is alone a byte string.

// save is what askSave asks.
type save struct {
	_      struct{} `cbor:",toarray"`
	Tree   []byte
	Labels map[string]string
	Note   []byte
	Inputs [][]byte
	MaxAge time.Duration
}

// outcome answers a write; those of a report come as a list.
type outcome struct {
	_ struct{} `cbor:",toarray"`
	result.Outcome
}

// async is a result, in either direction.
type async struct {
	_      struct{} `cbor:",toarray"`
	ID     result.ID
	Record []byte
	Input  []byte
}

// saved is a saved group. Its head has the times and the progress.
type saved struct {
	_      struct{} `cbor:",toarray"`
	ID     result.ID
	Head   []byte
	Tree   []byte
	Labels map[string]string
	Note   []byte
}

// query is what askList asks, and listed its answer.
type query struct {
	_ struct{} `cbor:",toarray"`
	result.Query
}

type listed struct {
	_    struct{} `cbor:",toarray"`
	Page []saved
	Next string
}

// results is what askResults asks; its items are lists of async.
type results struct {
	_      struct{} `cbor:",toarray"`
	Tree   []byte
	Filter filter
}

type filter struct {
	_ struct{} `cbor:",toarray"`
	result.Filter
}

// watch is what askWatch asks, and event its items.
type watch struct {
	_     struct{} `cbor:",toarray"`
	Group result.ID
	Tasks []byte // ids, each behind its length
}

type event struct {
	_      struct{} `cbor:",toarray"`
	Head   []byte   // of the progress
	Ready  []byte   // ids, each behind its length
	Missed bool
}

// maxElements is how many elements an array in a body may have, so that a short
// frame of a stranger cannot ask for much memory.
const maxElements = 1 << 22

// The modes never change. Text is taken as it is: whether an id or a cursor is any
// good is for the store to say.
var (
	encMode = must(cbor.EncOptions{Time: cbor.TimeRFC3339NanoUTC}.EncMode())
	decMode = must(cbor.DecOptions{UTF8: cbor.UTF8DecodeInvalid, MaxArrayElements: maxElements, MaxNestedLevels: 8}.DecMode())
)

func must[T any](mode T, err error) T {
	if err != nil {
		panic(err) // the options above contradict each other
	}
	return mode
}

// pack returns a body.
func pack(v any) ([]byte, error) {
	b, err := encMode.Marshal(v)
	if err == nil && len(b) > MaxFrame {
		err = fmt.Errorf("%w: %d bytes in one frame to or from another process, the most is %d", result.ErrTooLarge, len(b), MaxFrame)
	}
	return b, err
}

// unpack reads a body into the pointer v.
func unpack(body []byte, v any) error {
	if err := decMode.Unmarshal(body, v); err != nil {
		return fmt.Errorf("%w: %w", errGarbage, err)
	}
	return nil
}

func packAsync(a result.Async) async {
	return async{ID: a.ID, Record: encoding.AppendRecord(nil, encoding.Record{Async: a}), Input: a.Input}
}

func (m async) unpack() (result.Async, error) {
	rec, err := encoding.ParseRecord(m.Record)
	if err != nil || rec.Blob != nil {
		return result.Async{}, fmt.Errorf("%w: a result", errGarbage)
	}
	rec.ID, rec.Input = m.ID, m.Input
	return rec.Async, nil
}

func packProgress(p result.Progress) []byte {
	return encoding.AppendHead(nil, encoding.Head{Progress: p})
}

func unpackProgress(head []byte) (result.Progress, error) {
	h, err := encoding.ParseHead(head)
	if err != nil {
		return result.Progress{}, fmt.Errorf("%w: counts", errGarbage)
	}
	return h.Progress, nil
}

func unpackEvent(body []byte) (result.Event, error) {
	var e event
	if err := unpack(body, &e); err != nil {
		return result.Event{}, err
	}
	p, err := unpackProgress(e.Head)
	if err != nil {
		return result.Event{}, err
	}
	ready, err := unpackIDs(e.Ready)
	return result.Event{Progress: p, Ready: ready, Missed: e.Missed}, err
}

func packSaved(s result.Saved) saved {
	return saved{
		ID: s.ID, Labels: s.Labels, Note: s.Note, Tree: encoding.AppendTree(nil, s.Tree),
		Head: encoding.AppendHead(nil, encoding.Head{Created: s.Created, Settled: s.Settled, Expires: s.Expires, Progress: s.Progress}),
	}
}

func (s saved) unpack() (result.Saved, error) {
	h, err := encoding.ParseHead(s.Head)
	if err != nil {
		return result.Saved{}, fmt.Errorf("%w: a group", errGarbage)
	}
	tree, err := unpackTree(s.Tree)
	return result.Saved{
		ID: s.ID, Tree: tree, Labels: s.Labels, Note: s.Note,
		Created: h.Created, Settled: h.Settled, Expires: h.Expires, Progress: h.Progress,
	}, err
}

// packTree refuses a tree that cannot be written down and read again.
func packTree(t result.Tree) ([]byte, error) {
	if err := t.Validate(); err != nil {
		return nil, err
	}
	return encoding.AppendTree(nil, t), nil
}

func unpackTree(b []byte) (result.Tree, error) {
	t, err := encoding.ParseTree(b)
	if err != nil {
		return t, fmt.Errorf("%w: a tree", errGarbage)
	}
	return t, nil
}

// packIDs puts ids one behind the other: of a busy group there are many, and many
// who watch it.
func packIDs(ids []result.ID) []byte {
	var b []byte
	for _, id := range ids {
		b = append(binary.AppendUvarint(b, uint64(len(id))), id...)
	}
	return b
}

// unpackIDs returns ids that share their bytes.
func unpackIDs(b []byte) (ids []result.ID, err error) {
	for all := string(b); len(b) > 0; {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > uint64(len(b)-size) {
			return nil, fmt.Errorf("%w: ids", errGarbage)
		}
		at := len(all) - len(b) + size
		ids = append(ids, result.ID(all[at:at+int(n)]))
		b = b[size+int(n):]
	}
	return ids, nil
}
