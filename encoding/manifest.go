package encoding

import (
	"bytes"
	"slices"

	"github.com/seed-1c955bc8/bunch/result"
)

// The keys of a manifest record.
const (
	manifestTree   = 1
	manifestLabels = 2
	manifestNote   = 3
)

// Manifest is what Restore reads of a saved group, and what never changes but
// for members being added. The store splits its bytes into chunks.
type Manifest struct {
	Tree   result.Tree
	Labels map[string]string
	Note   []byte // one CBOR item, or nil
}

// AppendManifest appends m as bytes. The tree must have passed Tree.Validate,
// the labels Attributes.Validate, and the note Valid.
func AppendManifest(dst []byte, m Manifest) []byte {
	w := newWriter(dst)
	if !m.Tree.IsZero() {
		w.key(manifestTree)
		w.dst = appendTree(w.dst, m.Tree)
	}
	if len(m.Labels) > 0 {
		w.key(manifestLabels)
		keys := make([]string, 0, len(m.Labels))
		for k := range m.Labels {
			keys = append(keys, k)
		}
		slices.SortFunc(keys, compareText)
		w.dst = appendHead(w.dst, majorMap, uint64(len(keys)))
		for _, k := range keys {
			w.dst = appendText(w.dst, k)
			w.dst = appendText(w.dst, m.Labels[k])
		}
	}
	if len(m.Note) > 0 {
		w.key(manifestNote)
		w.dst = append(w.dst, m.Note...)
	}
	return w.end()
}

// ParseManifest reads what AppendManifest wrote; nothing in the manifest aliases
// b. Errors are those of [ParseTree].
func ParseManifest(b []byte) (Manifest, error) {
	r := newReader("manifest", b)
	var m Manifest
	r.fields(func(key uint64) {
		switch key {
		case manifestTree:
			at := r.pos
			if m.Tree = r.tree(); m.Tree.IsZero() {
				r.fail(at, "a tree that is not empty")
			}
		case manifestLabels:
			m.Labels = r.labels()
		case manifestNote:
			m.Note = bytes.Clone(r.raw("a note"))
		default:
			r.unknown(key)
		}
	})
	if err := r.end(); err != nil {
		return Manifest{}, err
	}
	return m, nil
}

func (r *reader) labels() map[string]string {
	at := r.pos
	n := r.list(majorMap, "labels")
	if n == 0 {
		r.fail(at, "at least one label")
	}
	labels := map[string]string{}
	for last := ""; n > 0 && r.err == nil; n-- {
		at := r.pos
		k, v := string(r.text("a label's key")), string(r.text("a label's value"))
		if len(labels) > 0 && compareText(last, k) >= 0 {
			r.fail(at, "labels in ascending order")
		}
		labels[k], last = v, k
	}
	return labels
}
