package page

import (
	"fmt"
	"math"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// A standing is how far a group is, at one moment: what the news renew.
type standing struct {
	Progress result.Progress
	Done     int // tasks that nothing more is to come of
	Total    int
	Bar      []stripe
	Counts   []count
	Look     kind   // the worst that happened, for the row's mark
	Word     string // how it stands, in a word or two
	Percent  int    // 100 only when all are done
	Took     time.Duration
	Left     time.Duration // an estimate; 0 if there is none
}

// stand works out how a group stands. Its times are known if it is a saved one.
func stand(p result.Progress, saved result.Saved, now time.Time) standing {
	c := p.Leaves
	s := standing{Progress: p, Done: c.Ready() + c.Forgotten, Total: c.Total(), Bar: bar(c), Counts: counts(c), Percent: 100}
	s.Look, s.Word = word(p)
	if s.Total > 0 {
		s.Percent = int(int64(s.Done) * 100 / int64(s.Total))
	}
	switch {
	case saved.Created.IsZero():
	case !saved.Settled.IsZero():
		s.Took = max(saved.Settled.Sub(saved.Created), 0)
	default:
		s.Took = max(now.Sub(saved.Created), 0)
		s.Left = estimate(s.Done, s.Total, s.Took)
	}
	return s
}

// estimate is how long the rest takes if it goes on as it did so far; 0 if nobody
// can say, or if it is not worth saying.
func estimate(done, total int, took time.Duration) time.Duration {
	if done == 0 {
		return 0
	}
	left := float64(took) / float64(done) * float64(total-done)
	if left < float64(time.Second) || left > float64(math.MaxInt64) {
		return 0
	}
	return time.Duration(left)
}

// word says how a group stands, and what it looks like.
func word(p result.Progress) (kind, string) {
	failures := p.Leaves.Of(result.Failure)
	switch {
	case !p.Settled() && failures > 0:
		return failed, fmt.Sprintf("running, %s failed", number(failures))
	case !p.Settled():
		return underWay, "running"
	case failures > 0:
		return failed, number(failures) + " failed"
	case p.Leaves.Of(result.Revoked) > 0:
		return revoked, number(p.Leaves.Of(result.Revoked)) + " revoked"
	case p.Leaves.Forgotten > 0:
		return forgotten, "forgotten"
	}
	return succeeded, "successful"
}
