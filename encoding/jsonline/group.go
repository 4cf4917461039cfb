package jsonline

import (
	"fmt"

	"github.com/seed-1c955bc8/bunch/result"
)

// AppendListed appends the line of a saved group in a listing.
func AppendListed(dst []byte, g result.Saved) []byte {
	dst = AppendText(append(dst, `{"id":`...), string(g.ID))
	dst = appendStanding(append(dst, ','), g.Progress)
	return append(appendSaved(append(dst, ','), g), '}')
}

// AppendGroup appends the line of the group t with all that it names, which may
// be millions of ids. Saved is what is known of t if t is saved itself; zero for
// a group nested in another, and then times are null.
func AppendGroup(dst []byte, t result.Tree, saved result.Saved, p result.Progress) []byte {
	dst = AppendText(append(dst, `{"id":`...), string(t.ID()))
	dst = t.AppendJSON(append(dst, `,"as_tuple":`...))
	dst = fmt.Appendf(dst, `,"len":%d,"children":[`, t.Len())
	sep := ""
	for m := range t.Members() {
		dst = AppendText(append(dst, sep...), string(m.ID()))
		sep = ","
	}
	dst = appendStanding(append(dst, `],`...), p)
	dst = t.Parent().AppendJSON(append(dst, `,"parent":`...))
	return append(appendSaved(append(dst, ','), saved), '}')
}

// AppendHead appends the line of the group t without what it names, so that its
// length does not depend on that: no as_tuple and no children, of the parent only
// parent_id. In their place are root_id, the saved group that t is or is nested
// in, and note, null if there is none. Within is what is known of that saved group.
func AppendHead(dst []byte, t result.Tree, within result.Saved, p result.Progress) ([]byte, error) {
	own := result.Saved{}
	if within.ID == t.ID() {
		own = within
	}
	dst = AppendText(append(dst, `{"id":`...), string(t.ID()))
	dst = AppendText(append(dst, `,"root_id":`...), string(within.ID))
	dst = fmt.Appendf(dst, `,"len":%d,`, t.Len())
	dst = appendStanding(dst, p)
	dst = AppendParentID(append(dst, ','), t)
	dst = appendSaved(append(dst, ','), own)
	dst, err := AppendValue(append(dst, `,"note":`...), own.Note)
	return append(dst, '}'), err
}

// AppendEvent appends the line that says how far a group is.
func AppendEvent(dst []byte, id result.ID, p result.Progress) []byte {
	dst = AppendText(append(dst, `{"id":`...), string(id))
	return append(appendStanding(append(dst, ','), p), '}')
}

// AppendOutcome appends the line of what an operation on the group, or the tasks,
// of this id did.
func AppendOutcome(dst []byte, id result.ID, out result.Outcome) []byte {
	dst = AppendText(append(dst, `{"id":`...), string(id))
	dst = fmt.Appendf(dst, `,"applied":%t,"changed":%d,"settled":`, out.Applied, out.Changed)
	return append(AppendIDs(dst, out.Settled), '}')
}

// AppendProgress appends counts, as an object.
func AppendProgress(dst []byte, p result.Progress) []byte {
	dst = fmt.Appendf(dst, `{"total":%d,"completed":%d,"leaves":{`, p.Total, p.Completed)
	for s, n := range p.Leaves.All() {
		dst = AppendText(dst, string(s))
		dst = fmt.Appendf(dst, ":%d,", n)
	}
	return fmt.Appendf(dst, `"forgotten":%d}}`, p.Leaves.Forgotten)
}

// appendStanding appends what a GroupResult says of itself, and the counts, as
// members of an object.
func appendStanding(dst []byte, p result.Progress) []byte {
	dst = fmt.Appendf(dst, `"ready":%t,"successful":%t,"failed":%t,"waiting":%t,"completed_count":%d,"progress":`,
		p.Ready(), p.Successful(), p.Failed(), p.Waiting(), p.Completed)
	return AppendProgress(dst, p)
}

// appendSaved appends what is known of saved groups only, as members of an object.
func appendSaved(dst []byte, g result.Saved) []byte {
	dst = AppendTime(append(dst, `"created":`...), g.Created)
	dst = AppendTime(append(dst, `,"settled":`...), g.Settled)
	dst = AppendTime(append(dst, `,"expires":`...), g.Expires)
	return appendLabels(append(dst, `,"labels":`...), g.Labels)
}

// AppendParentID appends parent_id, as a member of an object.
func AppendParentID(dst []byte, t result.Tree) []byte {
	dst = append(dst, `"parent_id":`...)
	if t.Parent().IsZero() {
		return append(dst, "null"...)
	}
	return AppendText(dst, string(t.Parent().ID()))
}
