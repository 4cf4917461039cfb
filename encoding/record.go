package encoding

import (
	"math"

	"github.com/seed-1c955bc8/bunch/result"
)

// The keys of a result record.
const (
	recordState     = 1
	recordValue     = 2
	recordError     = 3
	recordDone      = 4
	recordAttempt   = 5
	recordForgotten = 6
	recordBlob      = 7
	recordChildren  = 8
	recordRequest   = 9
)

// Record is a stored result. ID and Input are not in it: they are the engine's,
// the ID comes from the key. State is the one stored, PENDING when Forgotten.
type Record struct {
	result.Async
	Blob *Blob // where a long value lies; Async.Value is not written then
}

// Blob is where the engine keeps a value that is too long for its record.
type Blob struct {
	Seq  uint64 // the engine's number for it
	Size uint64 // bytes
}

// AppendRecord appends r as bytes. Value must be Valid, or nil; Done is cut to
// microseconds. It allocates nothing but for an Error with unusual Args (see
// [result.TaskError]): an argument that has no CBOR is stored as its text.
func AppendRecord(dst []byte, r Record) []byte {
	w := newWriter(dst)
	if r.State != "" {
		w.key(recordState)
		w.dst = appendState(w.dst, r.State)
	}
	if len(r.Value) > 0 && r.Blob == nil {
		w.key(recordValue)
		w.dst = append(w.dst, r.Value...)
	}
	if r.Error != nil {
		w.key(recordError)
		w.dst = appendTaskError(w.dst, r.Error)
	}
	w.time(recordDone, r.Done)
	w.uint(recordAttempt, uint64(r.Attempt))
	w.flag(recordForgotten, r.Forgotten)
	if r.Blob != nil {
		w.key(recordBlob)
		w.dst = appendHead(w.dst, majorArray, 2)
		w.dst = appendHead(w.dst, majorUint, r.Blob.Seq)
		w.dst = appendHead(w.dst, majorUint, r.Blob.Size)
	}
	if r.Children != nil {
		w.key(recordChildren)
		w.dst = appendChildren(w.dst, r.Children)
	}
	if r.Request != nil {
		w.key(recordRequest)
		w.dst = appendRequest(w.dst, r.Request)
	}
	return w.end()
}

// ParseRecord reads what AppendRecord wrote. The record's Value is a piece of b,
// everything else is a copy.
// Errors match [result.ErrCorrupt] or are a *[result.VersionError].
func ParseRecord(b []byte) (Record, error) {
	r := newReader("result", b)
	var rec Record
	r.fields(func(key uint64) {
		switch key {
		case recordState:
			rec.State = r.state()
		case recordValue:
			rec.Value = r.raw("a value")
		case recordError:
			rec.Error = r.taskError()
		case recordDone:
			rec.Done = r.time("a time in microseconds")
		case recordAttempt:
			rec.Attempt = uint32(r.positive(math.MaxUint32, "an attempt"))
		case recordForgotten:
			rec.Forgotten = r.yes("forgotten")
		case recordBlob:
			if rec.Value != nil {
				r.fail(r.pos, "no value beside a blob")
			}
			r.array(2, "an array of sequence and size")
			rec.Blob = &Blob{
				Seq:  r.uint(math.MaxUint64, "a blob's sequence"),
				Size: r.uint(math.MaxUint64, "a blob's size"),
			}
		case recordChildren:
			rec.Children = r.children()
		case recordRequest:
			rec.Request = r.request()
		default:
			r.unknown(key)
		}
	})
	if err := r.end(); err != nil {
		return Record{}, err
	}
	return rec, nil
}
