package encoding

import (
	"slices"
)

// AppendLabels appends a saved group's labels as bytes. They must have passed
// Attributes.Validate; there must be at least one.
func AppendLabels(dst []byte, labels map[string]string) []byte {
	keys := make([]string, 0, len(labels))
	for k := range labels {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compareText)
	dst = appendHead(append(dst, formatVersion), majorMap, uint64(len(keys)))
	for _, k := range keys {
		dst = appendText(dst, k)
		dst = appendText(dst, labels[k])
	}
	return dst
}

// ParseLabels reads what AppendLabels wrote. Errors match [result.ErrCorrupt] or
// are a *[result.VersionError].
func ParseLabels(b []byte) (map[string]string, error) {
	r := newReader("labels", b)
	labels := r.labels()
	if err := r.end(); err != nil {
		return nil, err
	}
	return labels, nil
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
