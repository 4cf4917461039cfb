package main

import (
	"context"
	"fmt"
	"iter"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store/memstore"
)

// screen is a top that a test looks at and types into.
type screen struct {
	*testing.T
	m     *top
	store *counting
	msgs  chan tea.Msg
}

// counting counts what was read of results.
type counting struct {
	group.Backend
	read atomic.Int64
}

func (c *counting) Results(ctx context.Context, tree result.Tree, f result.Filter) iter.Seq2[result.Async, error] {
	return func(yield func(result.Async, error) bool) {
		for a, err := range c.Backend.Results(ctx, tree, f) {
			c.read.Add(1)
			if !yield(a, err) {
				return
			}
		}
	}
}

func newScreen(t *testing.T, trees ...result.Tree) *screen {
	b := &counting{Backend: memstore.New(nil)}
	ctx, cancel := context.WithCancel(t.Context())
	s := &screen{t, newTop(ctx, b, "place"), b, make(chan tea.Msg)}
	t.Cleanup(func() {
		cancel()
		s.m.going.Wait()
	})
	for _, tree := range trees {
		s.save(tree)
	}
	s.do(s.m.Init())
	return s
}

func (s *screen) save(tree result.Tree) {
	s.Helper()
	if _, err := s.store.Save(s.Context(), tree, result.Attributes{Labels: map[string]string{"name": string(tree.ID())}}); err != nil {
		s.Fatal(err)
	}
}

func (s *screen) report(id result.ID, state result.State) {
	s.Helper()
	if _, err := s.store.Report(s.Context(), result.Async{ID: id, State: state}); err != nil {
		s.Fatal(err)
	}
}

// do runs a command, as bubbletea does.
func (s *screen) do(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() {
		switch msg := cmd().(type) {
		case tea.BatchMsg:
			for _, c := range msg {
				s.do(c)
			}
		default:
			select {
			case s.msgs <- msg:
			case <-s.m.ctx.Done():
			}
		}
	}()
}

func (s *screen) update(msg tea.Msg) {
	_, cmd := s.m.Update(msg)
	s.do(cmd)
}

// press types keys; those with a name in words, others as they are.
func (s *screen) press(keys ...string) {
	named := map[string]rune{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "down": tea.KeyDown, "backspace": tea.KeyBackspace}
	for _, k := range keys {
		if code := named[k]; code != 0 {
			s.update(tea.KeyPressMsg{Code: code})
		} else {
			s.update(tea.KeyPressMsg{Code: []rune(k)[0], Text: k})
		}
	}
}

// text is what shows, without colours.
func (s *screen) text() string { return ansi.Strip(s.m.View().Content) }

// until lets top go on until what shows has a line that matches.
func (s *screen) until(pattern string) {
	s.Helper()
	re := regexp.MustCompile("(?m)" + pattern)
	for late := time.After(20 * time.Second); !re.MatchString(s.text()); {
		select {
		case msg := <-s.msgs:
			s.update(msg)
		case <-late:
			s.Fatalf("nothing matches %q:\n%s", pattern, s.text())
		}
	}
}

func tasks(n int) result.Tree {
	root := result.NewRoot(time.Now())
	return result.Group(root.ID(0), result.Tasks(root, 1, n))
}

// TestTopIsPushed: what happens to a group shows although nothing is listed, and a
// new group shows, under a cursor that stays where it was.
func TestTopIsPushed(t *testing.T) {
	s := newScreen(t, result.Group("old", result.Task("a"), result.Task("b"), result.Task("c")))
	s.until(`^> old +running +·+ 0/3 `)
	s.m.listing = true // none other begins
	s.report("a", result.Success)
	s.until(`^> old +running +█+·+ 1/3 `)
	s.report("b", result.Failure)
	s.until(`^> old +1 failed +█+x+·+ 2/3 `)
	s.m.listing = false
	s.save(result.Group("new", result.Task("d")))
	s.until(`(?s)^  new +running .*^> old +1 failed `)
	s.until(`^3 tasks: 1 SUCCESS, 1 FAILURE, 1 PENDING`)
	if _, err := s.store.Delete(t.Context(), "old"); err != nil {
		t.Fatal(err)
	}
	s.until(`^> new`)
	if strings.Contains(s.text(), "old") {
		t.Errorf("what was deleted still shows:\n%s", s.text())
	}
}

// TestTopPages: of a million tasks those are read that show.
func TestTopPages(t *testing.T) {
	tree := tasks(1_000_000)
	s := newScreen(t, tree)
	s.until(`0% of 1000k`)
	s.press("enter")
	s.until(`^ +18 PENDING +…00000012`)
	s.press("G")
	s.until(`^ +1000000 PENDING +…000f4240`)
	if n := s.store.read.Load(); n > 10*24 {
		t.Errorf("%d results were read for two pages of 18", n)
	}
	s.report(tree.At(999_999).ID(), result.Success)
	s.until(`^ +1000000 SUCCESS`)
	s.press("k")
	s.until(`^999982-999999 of 1000000 `)
	s.until(`^ +999982 PENDING`)
	s.press("esc")
	s.until(`^> .* running `)
}

func TestTopFilter(t *testing.T) {
	s := newScreen(t, result.Group("one", result.Task("a")), result.Group("two", result.Task("b")), result.Group("three"))
	s.until(`^  one `)
	s.press("/", "T", "W", "x", "backspace")
	s.until(`(?s)1 group, 1 running$.*^> two .*^/TW_ *$`)
	s.press("enter", "esc", "/", "s", "u", "c", "enter")
	s.until(`(?s)1 group, 0 running$.*^> three .*^/suc  esc`)
	s.press("/", "!")
	s.until(`no group matches`)
	s.press("esc")
	s.until(`3 groups, 2 running`)
}

// TestTopRevokes: only once it is confirmed, and only what is not ready.
func TestTopRevokes(t *testing.T) {
	s := newScreen(t, result.Group("g", result.Task("a"), result.Task("b"), result.Task("c")))
	s.report("a", result.Success)
	s.until(`1/3`)
	for _, no := range []string{"n", "enter", "esc", "r", "q"} {
		s.press("r")
		s.until(`^revoke 2 tasks of g\? y/N`)
		s.press(no)
		s.until(`^nothing was changed`)
	}
	if p, err := s.store.Progress(t.Context(), "g"); err != nil || p.Settled() {
		t.Fatalf("%+v, %v: it was revoked without a yes", p, err)
	}
	s.press("r", "y")
	s.until(`^revoked 2 tasks of g`)
	s.until(`^> g +2 revoked +█+-+ 3/3 `)
	s.press("r")
	s.until(`^nothing to revoke in g`)
}

// TestTopPause: nothing moves, and nothing is read.
func TestTopPause(t *testing.T) {
	s := newScreen(t, result.Group("g", result.Task("a"), result.Task("b")))
	s.until(`0/2`)
	s.press("p")
	if n := len(s.m.watches); n > 0 {
		t.Fatalf("%d watches go on", n)
	}
	s.m.going.Wait()
	s.report("a", result.Success)
	for range 2 { // seconds
		s.update(<-s.msgs)
	}
	if !strings.Contains(s.text(), "0/2") || !strings.Contains(s.text(), "PAUSED") {
		t.Errorf("it moved:\n%s", s.text())
	}
	s.press("p")
	s.until(`1/2`)
}

// TestTopScreens: whatever the size, no line is too long and none too many; and of
// what other people chose nothing steers the terminal.
func TestTopScreens(t *testing.T) {
	wide := result.ID(strings.Repeat("任务", 40))
	s := newScreen(t, result.Group(evil, result.Task(evil+"1"), result.Task(evil+"2")), result.Group(wide, result.Task(wide)))
	value, err := encoding.Marshal(map[string]any{evil: evil})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.store.Report(t.Context(),
		result.Async{ID: evil + "1", State: "任务", Value: value},
		result.Async{ID: evil + "2", State: result.Failure, Error: &result.TaskError{Type: evil, Args: []any{evil}, Traceback: evil}},
	); err != nil {
		t.Fatal(err)
	}
	styles := regexp.MustCompile(`\x1b\[[0-9;]*m`)
	look := func(what string) {
		t.Helper()
		for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}, {60, 12}, {59, 24}, {80, 8}, {80, 7}, {80, 6}, {20, 5}, {1, 1}} {
			s.update(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
			content := s.m.View().Content
			lines := strings.Split(content, "\n")
			if len(lines) != size[1] {
				t.Errorf("%s: %d lines on %v", what, len(lines), size)
			}
			for _, l := range lines {
				if ansi.StringWidth(l) > size[0] {
					t.Errorf("%s: %d columns on %v: %s", what, ansi.StringWidth(l), size, l)
				}
			}
			if i := strings.IndexFunc(styles.ReplaceAllString(content, ""), steers); i >= 0 {
				t.Errorf("%s on %v: %q", what, size, content)
			}
		}
		s.update(tea.WindowSizeMsg{Width: 120, Height: 40})
	}
	s.until(`evil`)
	look("list")
	s.press("down")
	s.until(`^> evil`)
	look("list, the second chosen")
	s.press("r")
	look("question")
	s.press("n", "enter")
	s.until(`FAILURE +evil`)
	s.until(`任务 +evil`)
	look("tasks")
	s.press("?")
	look("help")
	s.press("x", "/", "\x1b", evil)
	look("filter")
}

// TestTopEstimates: the rate is that of the last seconds, and falls when nothing
// comes.
func TestTopEstimates(t *testing.T) {
	at := time.Now()
	g := &topGroup{}
	for i := range 31 {
		g.update(progressOf(10*i, 1000-10*i), at.Add(time.Duration(i)*time.Second))
	}
	now := at.Add(30 * time.Second)
	if got := g.speed(now) + " " + g.estimate(now); got != "10/s 1m" {
		t.Errorf("10 a second, 700 left: %q", got)
	}
	if got := g.speed(now.Add(2 * time.Hour)); got != "1.2/m" && got != "1.3/m" {
		t.Errorf("two hours later: %q", got)
	}
	g.update(progressOf(1000, 0), now.Add(time.Second))
	if got := g.speed(now) + g.estimate(now); got != "" {
		t.Errorf("settled: %q", got)
	}
	if len(g.seen) > 18 {
		t.Errorf("%d samples are kept", len(g.seen))
	}
}

func progressOf(done, pending int) (p result.Progress) {
	p.Leaves = p.Leaves.Add(result.Success, done).Add(result.Pending, pending)
	return p
}

// TestTopBars: a bar is as wide as it should be, and of what there is something
// shows.
func TestTopBars(t *testing.T) {
	states := []result.State{result.Success, result.Failure, result.Revoked, "PROGRESS", result.Pending}
	for columns := range 40 {
		for i := range 1 << (2 * len(states)) {
			var c result.Counts
			for j, s := range states {
				c = c.Add(s, []int{0, 1, 7, 1_000_000}[i>>(2*j)&3])
			}
			bar := ansi.Strip(drawParts(c, columns))
			if ansi.StringWidth(bar) != columns {
				t.Fatalf("%d columns of %s: %q", columns, counts(c), bar)
			}
			for _, p := range parts {
				if columns >= len(parts) && (p.of(c) > 0) != strings.Contains(bar, p.sign) {
					t.Fatalf("%d columns of %s: %q", columns, counts(c), bar)
				}
			}
		}
	}
	if got := fmt.Sprint(ansi.Strip(drawParts(progressOf(5, 5).Leaves, 10))); got != "█████·····" {
		t.Error(got)
	}
}
