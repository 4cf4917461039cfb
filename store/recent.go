package store

// recent is what the committer read or wrote of late, so that a task that is
// reported and then saved in a group, or the other way round, is looked up once.
// A Badger Get costs a microsecond or two, most of all for what is not there.
//
// Only the committer uses it. It holds what the batch under way would read: when
// a transaction is dropped all of it is forgotten.
type recent struct{ records map[string]remembered }

// remembered is a record; a nil body says that there is none.
type remembered struct {
	body []byte
	meta byte
}

// Limits of what is kept: about 4 MB in all.
const (
	maxRecent     = 16 << 10 // records
	maxRecentBody = 256      // bytes of one; longer ones are not kept
)

// keeps reports whether records of this kind are worth keeping: those of tasks,
// which there are many of. Groups have the live ones.
func (r *recent) keeps(key []byte) bool { return key[0] == keyResult || key[0] == keyNamers }

func (r *recent) get(key []byte) (body []byte, meta byte, ok bool) {
	if !r.keeps(key) {
		return nil, 0, false
	}
	rec, ok := r.records[string(key)]
	return rec.body, rec.meta, ok
}

// put takes a record, whose body nobody changes any more.
func (r *recent) put(key, body []byte, meta byte) {
	switch {
	case !r.keeps(key):
		return
	case len(body) > maxRecentBody:
		delete(r.records, string(key))
		return
	case r.records == nil:
		r.records = make(map[string]remembered, maxRecent)
	case len(r.records) >= maxRecent:
		clear(r.records) // what matters comes back soon
	}
	r.records[string(key)] = remembered{body, meta}
}

func (r *recent) forget() { clear(r.records) }
