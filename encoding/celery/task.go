package celery

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// task reads a task's document.
func (d *document) task() (result.Async, error) {
	a := result.Async{ID: d.taskID(), State: d.state()}
	d.outcome(&a)
	if a.Error == nil || !d.words(traceback, &a.Error.Traceback) {
		d.keep(&a, traceback)
	}
	d.children(&a)
	d.done(&a)
	d.request(&a)
	for _, e := range d.extra {
		d.keepAs(&a, e.name, e.span)
	}
	if d.err != nil {
		return result.Async{}, d.err
	}
	return a, nil
}

func (d *document) taskID() result.ID {
	if d.spans[taskID] == (span{}) {
		d.failAs(result.ErrBadID, 0, `a "task_id"`)
		return ""
	}
	s := d.at(taskID)
	id := s.id()
	d.took(s)
	return id
}

func (d *document) state() result.State {
	s := d.at(status)
	text, ok := s.quoted()
	if d.took(s); !ok {
		d.fail(s.pos, "a status in quotes")
		return ""
	}
	for _, usual := range [...]result.State{result.Success, result.Failure, result.Started} {
		if string(text) == string(usual) {
			return usual
		}
	}
	state := result.State(text)
	if err := state.Validate(); err != nil {
		d.err = fmt.Errorf("status from byte %d: %w", d.spans[status].from, err)
	}
	return state
}

// at returns a scanner of one field.
func (d *document) at(f field) *scanner {
	return &scanner{text: d.text[:d.spans[f].to], pos: d.spans[f].from, err: d.err}
}

func (d *document) took(s *scanner) { d.err = s.err }

// outcome reads the result: a value, or an exception in the states that have one.
func (d *document) outcome(a *result.Async) {
	if d.null(outcome) || d.err != nil {
		return
	}
	at := d.spans[outcome]
	if a.State.Exception() {
		e, usual := d.exception(at)
		if a.Error = e; usual || d.err != nil {
			return
		}
	}
	item, err := encoding.FromJSON(d.raw(at))
	if err != nil && d.text[at.from] == '[' { // a result tree may be deeper than other values
		other := document{scanner: scanner{text: d.text}}
		if tree := other.tuple(at); other.err == nil && written(tree, d.raw(at)) {
			item, err = encoding.Marshal(tree)
		}
	}
	switch {
	case err != nil:
		d.err = fmt.Errorf("field %q, from byte %d: %w", fieldNames[outcome], at.from, err)
	case a.Error == nil:
		a.Value = item
	default:
		setExtra(a, fieldNames[outcome], item)
	}
}

// written reports whether text is how a tree is written, but for space: other values
// may look like an older form of one.
func written(t result.Tree, text []byte) bool {
	return bytes.Equal(compact(text), compact(AppendTuple(nil, t)))
}

// compact leaves out the space between the tokens of JSON, of any depth.
func compact(text []byte) (short []byte) {
	inside := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case inside && c == '\\':
			short = append(short, c)
			i++
		case c == '"':
			inside = !inside
		case !inside && (c == ' ' || c == '\t' || c == '\n' || c == '\r'):
			continue
		}
		short = append(short, text[i])
	}
	return short
}

func (d *document) children(a *result.Async) {
	if d.null(children) || d.err != nil {
		return
	}
	s := d.at(children)
	s.expect('[', "the children's tuples, or null")
	a.Children = []result.Tree{}
	for more := !s.take(']'); more && s.err == nil; {
		value := s.value()
		d.took(s)
		a.Children = append(a.Children, d.tuple(value))
		s.err = d.err
		if more = s.take(','); !more {
			s.expect(']', "a comma or ]")
		}
	}
	d.took(s)
}

func (d *document) done(a *result.Async) {
	if d.null(dateDone) || d.err != nil {
		return
	}
	if !a.State.Ready() { // older releases date all states
		d.keep(a, dateDone)
		return
	}
	raw := d.raw(d.spans[dateDone])
	ok := false
	if len(raw) > 2 && raw[0] == '"' {
		a.Done, ok = parseDate(raw[1 : len(raw)-1])
	}
	if !ok {
		d.fail(d.spans[dateDone].from, "a date as ISO 8601 has it, or null")
	}
}

// request reads how the task was asked for.
func (d *document) request(a *result.Async) {
	var q result.Request
	for _, f := range [...]struct {
		field field
		to    *string
	}{{name, &q.Name}, {worker, &q.Worker}, {queue, &q.Queue}} {
		if !d.words(f.field, f.to) {
			d.keep(a, f.field)
		}
	}
	for _, f := range [...]struct {
		field field
		to    *result.ID
	}{{groupID, &q.Group}, {parentID, &q.Parent}} {
		var id string
		if !d.words(f.field, &id) || result.ID(id).Validate() != nil {
			d.keep(a, f.field)
			continue
		}
		*f.to = result.ID(id)
	}
	if !d.array(args, '[', &q.Args) {
		d.keep(a, args)
	}
	if !d.array(kwargs, '{', &q.Kwargs) {
		d.keep(a, kwargs)
	}
	if !d.number(retries, &q.Retries) {
		d.keep(a, retries)
	}
	if q.Name == "" && q.Args == nil && q.Kwargs == nil && q.Worker == "" && q.Queue == "" && q.Retries == 0 && q.Parent == "" && q.Group == "" {
		return
	}
	if a.Request != nil {
		q.Extra = a.Request.Extra
	}
	a.Request = &q
}

// words reads a field that should be text with something in it; false if it is
// not, or not there.
func (d *document) words(f field, to *string) bool {
	if d.err != nil || d.spans[f] == (span{}) || d.text[d.spans[f].from] != '"' {
		return false
	}
	s := d.at(f)
	text, _ := s.quoted()
	*to = string(text)
	d.took(s)
	return *to != ""
}

// array reads a field that should begin with the bracket.
func (d *document) array(f field, bracket byte, to *[]byte) bool {
	at := d.spans[f]
	if d.err != nil || at == (span{}) || d.text[at.from] != bracket {
		return false
	}
	*to = d.item(fieldNames[f], at)
	return true
}

// number reads a field that should be a whole number of 32 bits, other than 0.
func (d *document) number(f field, to *int) bool {
	if d.err != nil || d.spans[f] == (span{}) {
		return false
	}
	raw := string(d.raw(d.spans[f]))
	n, err := strconv.ParseInt(raw, 10, 32)
	if err != nil || n == 0 || strconv.FormatInt(n, 10) != raw {
		return false
	}
	*to = int(n)
	return true
}

// keep keeps a field as it is, unless it is not there or one that says nothing.
func (d *document) keep(a *result.Async, f field) {
	if d.spans[f] == (span{}) || f == traceback && d.null(f) {
		return
	}
	d.keepAs(a, fieldNames[f], d.spans[f])
}

func (d *document) keepAs(a *result.Async, name string, at span) {
	if item := d.item(name, at); d.err == nil {
		setExtra(a, name, item)
	}
}

func setExtra(a *result.Async, name string, item []byte) {
	if a.Request == nil {
		a.Request = &result.Request{}
	}
	if a.Request.Extra == nil {
		a.Request.Extra = map[string][]byte{}
	}
	a.Request.Extra[name] = item
}
