package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// bar is a progress bar on standard error. A nil bar draws nothing: that is what
// there is where standard error is no terminal.
type bar struct {
	pb      *progressbar.ProgressBar
	from    int // tasks that were settled before
	stop    chan struct{}
	done    sync.WaitGroup
	cleared bool
}

// newBar draws a bar for p: for what is left of it from then on, if from is what
// was settled before, or for all of it if from is 0.
func newBar(p result.Progress, from int) *bar {
	total := p.Leaves.Total()
	if settled(p) == total {
		return nil
	}
	return drawBar(total-from, from)
}

// drawBar draws a bar of total steps, -1 if nobody knows how many.
func drawBar(total, from int, more ...progressbar.Option) *bar {
	if !isTerminal(os.Stderr) {
		return nil
	}
	b := &bar{from: from, stop: make(chan struct{})}
	b.pb = progressbar.NewOptions(total, append(more,
		progressbar.OptionSetWriter(os.Stderr),
		progressbar.OptionSetWidth(30),
		progressbar.OptionShowCount(),
		progressbar.OptionThrottle(50*time.Millisecond),
		progressbar.OptionSetRenderBlankState(true),
		progressbar.OptionClearOnFinish())...)
	b.done.Go(func() { // the clock goes on while a task takes its time
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				_ = b.pb.RenderBlank()
			case <-b.stop:
				return
			}
		}
	})
	return b
}

// meter is a bar for work whose extent shows once it has begun.
type meter struct {
	bar   *bar
	bytes bool // the steps are bytes
}

// step draws done of total steps; a total of -1 is unknown.
func (m *meter) step(done, total int) {
	if m.bar == nil && total != 0 {
		m.bar = drawBar(total, 0, progressbar.OptionShowBytes(m.bytes))
	}
	if m.bar == nil {
		return
	}
	if total > 0 {
		m.bar.pb.ChangeMax(total)
	}
	_ = m.bar.pb.Set(done)
}

func (m *meter) clear() { m.bar.clear() }

// show moves the bar.
func (b *bar) show(p result.Progress) {
	if b == nil {
		return
	}
	if n := notSucceeded(p); n > 0 {
		b.pb.Describe(fmt.Sprintf("%d failed", n))
	}
	_ = b.pb.Set(max(settled(p)-b.from, 0))
}

// clear takes the bar off the screen, for good.
func (b *bar) clear() {
	if b == nil || b.cleared {
		return
	}
	b.cleared = true
	close(b.stop)
	b.done.Wait()
	_ = b.pb.Clear()
}

// follow draws a bar for r until the function it returns is called.
func follow(ctx context.Context, r *group.Result) (stop func()) {
	p, err := r.Progress(ctx)
	if err != nil {
		return func() {}
	}
	b := newBar(p, settled(p))
	if b == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() {
		for p, err := range r.Watch(ctx) {
			if err != nil {
				return
			}
			b.show(p)
		}
	})
	return func() {
		cancel()
		done.Wait()
		b.clear()
	}
}

// settled is how many tasks nothing more is to come of.
func settled(p result.Progress) int { return p.Leaves.Ready() + p.Leaves.Forgotten }

// notSucceeded is how many tasks ended otherwise than well.
func notSucceeded(p result.Progress) int {
	return p.Leaves.Of(result.Failure) + p.Leaves.Of(result.Revoked)
}
