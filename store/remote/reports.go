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
	ctx  context.Context // of the call alone
}

// crowd is reports that came together.
type crowd struct {
	calls []report
	ctx   context.Context // ends with that of any
	end   context.CancelFunc
}

// maxCrowd is how many calls are made as one.
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
// them unless more follow.
func (c *session) gather(call report, more bool) error {
	if c.crowd == nil {
		c.crowd = &crowd{}
		c.crowd.ctx, c.crowd.end = context.WithCancel(c.calls)
	}
	all := c.crowd
	ctx, cancel := context.WithCancel(c.calls)
	call.ctx, call.r.cancel = ctx, func() { cancel(); all.end() }
	if err := c.enter(call.id, call.r); err != nil {
		call.r.cancel()
		return err
	}
	all.calls = append(all.calls, call)
	if !more || len(all.calls) == maxCrowd {
		c.crowd = nil
		c.give(func() { c.together(all) })
	}
	return nil
}

// together makes all the calls in one. If that is refused, or one of them is
// cancelled in time, nothing of it has happened, and each is made by itself.
func (c *session) together(all *crowd) {
	defer all.end()
	var reports []result.Async
	counts := make([]int, len(all.calls))
	for i, call := range all.calls {
		some, err := parseReports(call.body)
		if err != nil {
			_ = c.conn.Close()
			return
		}
		reports = append(reports, some...)
		counts[i] = len(some)
	}
	outcomes, err := c.server.backend.Report(all.ctx, reports...)
	for i, call := range all.calls {
		if err != nil {
			c.work.Go(func() {
				defer call.r.cancel()
				c.serve(call.ctx, call.id, call.r, call.body)
			})
			continue
		}
		c.leave(call.id, call.r)
		c.reply(call.id, packOutcomes(outcomes[:counts[i]]), nil)
		call.r.cancel()
		outcomes = outcomes[counts[i]:]
	}
}

// report answers one call of askReport.
func (s *Server) report(ctx context.Context, body []byte) (any, error) {
	reports, err := parseReports(body)
	if err != nil {
		return nil, err
	}
	outcomes, err := s.backend.Report(ctx, reports...)
	return packOutcomes(outcomes), err
}

func parseReports(body []byte) ([]result.Async, error) {
	var ask []async
	if err := unpack(body, &ask); err != nil {
		return nil, err
	}
	return unpackReports(ask)
}

func unpackReports(ask []async) ([]result.Async, error) {
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

func unpackOutcomes(answer []outcome) []result.Outcome {
	outcomes := make([]result.Outcome, len(answer))
	for i, o := range answer {
		outcomes[i] = o.Outcome
	}
	return outcomes
}
