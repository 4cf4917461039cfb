package store

import (
	"bytes"
	"strings"

	"github.com/seed-1c955bc8/bunch/result"
)

// A page is what Results reads at a time. Between pages nothing is held, so the
// loop's body may do what it likes, Close included.
type page struct {
	results []result.Async
	bytes   int
	looks   int

	values []byte          // the slab that values are cut from
	ids    strings.Builder // and that of ids
}

const (
	pageResults = 512
	pageBytes   = 1 << 20
	pageLooks   = 8192 // records looked at, chosen or not
)

// slab is how many bytes of values, or of ids, are allocated together. Two
// allocations a result, and what the collector does with a million results that
// somebody keeps, were a third of the time of a join. On the other hand one value
// that somebody keeps for long keeps a slab.
const slab = 8 << 10

// begin empties the page; what was handed out of it were copies.
func (p *page) begin() { p.results, p.bytes, p.looks = p.results[:0], 0, 0 }

func (p *page) full() bool {
	return len(p.results) >= pageResults || p.bytes >= pageBytes || p.looks >= pageLooks
}

func (p *page) add(a *result.Async, f result.Filter) {
	if f.Takes(*a) {
		p.results = append(p.results, *a)
		p.bytes += len(a.Value) + len(a.Input)
	}
}

// keep returns a copy of b, nil if it is nil.
func (p *page) keep(b []byte) []byte {
	if b == nil || len(b) > slab/4 { // so no slab is left half empty
		return bytes.Clone(b)
	}
	if len(b) > cap(p.values)-len(p.values) {
		p.values = make([]byte, 0, slab)
	}
	at := len(p.values)
	p.values = append(p.values, b...)
	return p.values[at:len(p.values):len(p.values)]
}

// id returns the id of a node under root.
func (p *page) id(root result.Root, node uint32) result.ID {
	text := root.Text(node)
	if len(text) > p.ids.Cap()-p.ids.Len() {
		p.ids.Reset() // what was cut from it stays as it is
		p.ids.Grow(slab)
	}
	p.ids.Write(text[:])
	all := p.ids.String()
	return result.ID(all[len(all)-len(text):])
}
