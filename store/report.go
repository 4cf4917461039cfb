package store

import (
	"context"
	"fmt"
	"time"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/result"
)

// maxReports is the most reports in one call, as the contract has it.
const maxReports = 1000

// Report records results; see group.Backend.
func (s *Store) Report(ctx context.Context, reports ...result.Async) ([]result.Outcome, error) {
	var id result.ID
	if len(reports) == 1 {
		id = reports[0].ID
	}
	if err := s.validate(reports); err != nil {
		return nil, &Error{Op: "report", ID: id, Err: err}
	}
	if len(reports) == 0 {
		return nil, nil
	}
	outcomes := make([]result.Outcome, len(reports))
	blobs := make([]*encoding.Blob, len(reports)) // written once, also if applied again
	err := s.write(ctx, "report", id, func(b *batch) error { return b.reportAll(reports, blobs, outcomes) })
	if err != nil {
		s.dropBlobs(ctx, blobs)
		return nil, err
	}
	return outcomes, nil
}

// reportAll applies reports, of which the long ones are in blobs from then on.
func (b *batch) reportAll(reports []result.Async, blobs []*encoding.Blob, outcomes []result.Outcome) error {
	if err := b.writeBlobs(reports, blobs); err != nil {
		return err
	}
	b.over = nil
	for i, r := range reports {
		var err error
		if outcomes[i], err = b.report(r, blobs[i]); err != nil {
			return err
		}
	}
	return b.within()
}

func (s *Store) validate(reports []result.Async) error {
	if len(reports) > maxReports {
		return fmt.Errorf("%w: %d reports in one call, the most is %d", result.ErrTooLarge, len(reports), maxReports)
	}
	for _, r := range reports {
		if err := r.ID.Validate(); err != nil {
			return err
		}
		if err := r.State.Validate(); err != nil {
			return err
		}
		if err := s.validateValue("value", r.Value); err != nil {
			return err
		}
		if err := encoding.ValidDetails(r, s.opts.MaxValueSize); err != nil {
			return fmt.Errorf("task %q: %w", string(r.ID), err)
		}
	}
	return nil
}

// validateValue checks one CBOR item of the caller's; nil is none.
func (s *Store) validateValue(what string, v []byte) error {
	if v == nil {
		return nil
	}
	if len(v) > s.opts.MaxValueSize {
		return fmt.Errorf("%w: the %s has %d bytes, the most is %d (Options.MaxValueSize)",
			result.ErrTooLarge, what, len(v), s.opts.MaxValueSize)
	}
	return encoding.Valid(v)
}

// writeBlobs stores the long records of reports that will be applied, before any
// report is: what it writes takes transactions of its own. All records of one
// call must fit one transaction, so many are cut shorter than few.
func (b *batch) writeBlobs(reports []result.Async, blobs []*encoding.Blob) error {
	total, most, sizes := 0, 0, make([]int, len(reports))
	for i, r := range reports {
		sizes[i] = sizeOf(r)
		total += sizes[i]
		most = max(most, sizes[i])
	}
	inline := maxInline
	if total > 4*maxInline {
		inline = 256
	}
	if most <= inline {
		return nil
	}
	asked := map[result.ID]*result.Request{} // by earlier reports of the call
	for i, r := range reports {
		long := sizes[i] > inline && blobs[i] == nil
		if !long && r.Request == nil {
			continue
		}
		e, err := b.entry(r.ID)
		if err != nil {
			return err
		}
		if !takes(e.rec.Async, r) {
			continue
		}
		if r.Request == nil {
			r.Request = asked[r.ID]
		}
		asked[r.ID] = r.Request
		if !long {
			continue
		}
		rec, err := b.record(e, r)
		if err != nil {
			return err
		}
		if blobs[i], err = b.writeBlob(rec); err != nil {
			return err
		}
	}
	return nil
}

// sizeOf is about how long the record of a report will be.
func sizeOf(r result.Async) int {
	if r.Error == nil && r.Children == nil && r.Request == nil { // nearly all of them
		return len(r.Value)
	}
	return len(encoding.AppendRecord(nil, encoding.Record{Async: r}))
}

// takes is the first law: whether a report is applied to what stands.
func takes(stands, r result.Async) bool {
	return !stands.State.Ready() && !stands.Forgotten && (r.Attempt == 0 || r.Attempt == stands.Attempt)
}

// record is what is stored of a report that is applied to what stands.
func (b *batch) record(old entry, r result.Async) (encoding.Record, error) {
	rec := encoding.Record{Async: result.Async{
		State: r.State, Value: r.Value, Error: r.Error, Attempt: old.rec.Attempt,
		Children: r.Children, Request: r.Request,
	}}
	if r.State.Ready() {
		rec.Done = b.now
		if !r.Done.IsZero() {
			rec.Done = r.Done.UTC().Truncate(time.Microsecond)
		}
	}
	if r.Request != nil {
		return rec, nil
	}
	stands, err := whole(b, old.rec)
	rec.Request = stands.Request
	return rec, err
}

// report applies one report. Its record is in blob, if it is long.
func (b *batch) report(r result.Async, blob *encoding.Blob) (out result.Outcome, err error) {
	old, err := b.entry(r.ID)
	if err != nil {
		return out, err
	}
	out.State, out.Attempt = old.rec.State, old.rec.Attempt
	if !takes(old.rec.Async, r) {
		if blob != nil { // an earlier report of the same call won
			err = b.dropBlob(*blob)
		}
		return out, err
	}
	rec, err := b.record(old, r)
	if err != nil {
		return out, err
	}
	if blob != nil {
		rec = short(rec, blob)
		if err := b.delete(seqKey(keyJournal, blob.Seq)); err != nil {
			return out, err
		}
	}
	var t tally
	if err := b.put(&t, old, rec); err != nil {
		return out, err
	}
	t.outcome(&out)
	out.State = r.State
	return out, nil
}
