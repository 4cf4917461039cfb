package remote

import (
	"bufio"
	"context"

	"github.com/seed-1c955bc8/bunch/result"
)

// Those who report through one connection are answered together, so they report
// together again: what came in one piece is made in one call, by one worker where
// each had its own, and the committer has it at once. That took a quarter off the
// time of 64 reporters.

// report is a call of askReport that was read.
type report struct {
	id   uint64
	r    *request
	body []byte
}

// maxCrowd is how many calls are made as one; all their bodies are in the buffer
// that is read from.
const maxCrowd = 256

// follows reports whether the next frame is here already, and is a small report.
func follows(from *bufio.Reader) bool {
	if from.Buffered() < headLen {
		return false
	}
	head, _ := from.Peek(headLen) // it is there
	h := parseHead([headLen]byte(head))
	return h.kind == askReport && h.length <= min(smallBody, from.Buffered()-headLen)
}

// gather takes a report to those that came right before it, and begins to make
// them unless more follow. None of them can be cancelled: they are about to be
// made, and their answers say what became of them.
func (c *session) gather(call report, more bool) error {
	call.r.cancel = func() {}
	if err := c.enter(call.id, call.r); err != nil {
		return err
	}
	c.crowd = append(c.crowd, call)
	if more && len(c.crowd) < maxCrowd {
		return nil
	}
	crowd := c.crowd
	c.crowd = nil
	c.give(func() { c.together(crowd) })
	return nil
}

// together makes all the calls in one. If that is refused, nothing of it has
// happened, and each is made by itself: the fault is only one's.
func (c *session) together(crowd []report) {
	var all []result.Async
	counts := make([]int, len(crowd))
	for i, call := range crowd {
		reports, err := unpackReports(call.body)
		if err != nil {
			_ = c.conn.Close()
			return
		}
		all = append(all, reports...)
		counts[i] = len(reports)
	}
	outcomes, err := c.server.backend.Report(c.calls, all...)
	for i, call := range crowd {
		if err != nil {
			c.work.Go(func() { c.serve(c.calls, call.id, call.r, call.body) })
			continue
		}
		c.leave(call.id, call.r)
		c.reply(call.id, packOutcomes(outcomes[:counts[i]]), nil)
		outcomes = outcomes[counts[i]:]
	}
}

// report answers one call of askReport.
func (s *Server) report(ctx context.Context, body []byte) (any, error) {
	reports, err := unpackReports(body)
	if err != nil {
		return nil, err
	}
	outcomes, err := s.backend.Report(ctx, reports...)
	return packOutcomes(outcomes), err
}

func unpackReports(body []byte) ([]result.Async, error) {
	var ask []async
	if err := unpack(body, &ask); err != nil {
		return nil, err
	}
	if len(ask) > maxReports {
		return nil, errGarbage
	}
	reports := make([]result.Async, len(ask))
	for i, m := range ask {
		var err error
		if reports[i], err = m.unpack(); err != nil {
			return nil, err
		}
	}
	return reports, nil
}

func packOutcomes(outcomes []result.Outcome) []outcome {
	answer := make([]outcome, len(outcomes))
	for i, o := range outcomes {
		answer[i].Outcome = o
	}
	return answer
}
