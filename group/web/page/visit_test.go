package page_test

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/group/web"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store/memstore"
)

// seeProgress sees the list move, and then a group.
func seeProgress(t tab) {
	b := memstore.New(nil)
	r := group.New(b, 200)
	save(t.T, b, r.Tree(), result.Attributes{Labels: map[string]string{"night": "1"}})
	t.open(b, web.Options{})
	t.see(`document.querySelector("#pause.live") !== null`)
	if got := t.text(".groups .figures"); got != "0 of 200" {
		t.Errorf("before anything was done the list says %q", got)
	}
	for i := range 150 {
		report(t.T, b, result.Async{ID: r.Tree().At(i).ID(), State: result.Success})
	}
	t.see(`document.querySelector(".groups .figures").textContent.startsWith("150 of 200")`)
	t.do(chromedp.Click(".groups .name"))
	t.see(`document.querySelector("#standing") !== null && document.querySelector("#pause.live") !== null`)
	for i := range 40 {
		report(t.T, b, failure(r.Tree().At(150+i).ID(), "ValueError", "no"))
	}
	t.see(`document.querySelector(".headline strong").textContent.startsWith("95")`)
	t.see(`document.querySelectorAll("#cells .f").length === 40`)
	t.shoot("progress")
}

// looks goes through the pages of a store with some of everything, and of names
// without end: none is wider than a phone.
func looks(t tab) {
	b, _ := variety(t.T)
	long := result.ID(strings.Repeat("endless", 36))
	save(t.T, b, result.Group(long, result.Group("in/"+long[:200], result.Task(long)), result.Task("t")), result.Attributes{Labels: map[string]string{"l": strings.Repeat("x", 255)}})
	report(t.T, b, failure(long, strings.Repeat("Error", 100), strings.Repeat("no", 5000)), result.Async{ID: "t", State: result.Success, Value: cbor(t.T, strings.Repeat("v", 5000))})
	t.open(b, web.Options{Control: true})
	for name, path := range map[string]string{
		"groups": "/", "group": "/group/nightly-import/", "failures": "/group/nightly-import/failures", "tree": "/group/store/tree",
		"member": "/group/nightly-import/4", "error": "/group/nothing/", "endless": "/group/" + string(long) + "/", "endless0": "/group/" + string(long) + "/0", "endless1": "/group/" + string(long) + "/1",
	} {
		t.size(390, "light")
		t.do(chromedp.Navigate(t.url + path))
		if width, err := chromedp.Run(t.ctx, chromedp.Evaluate[int]("document.documentElement.scrollWidth")); width > 390 || err != nil {
			t.Errorf("%s: on a phone 390 wide the page is %d wide, %v", path, width, err)
		}
		t.shoot(name)
	}
	if os.Getenv("BUNCH_SCREENSHOTS") != "" {
		s, id := million(t.T, false)
		t.open(s, web.Options{})
		t.do(chromedp.Navigate(t.url + "/group/" + string(id) + "/"))
		t.shoot("million")
	}
}

// newRows sees groups come and go, while the link to one that stays has the focus.
func newRows(t tab) {
	b := memstore.New(nil)
	one := func(i int) result.ID { return result.ID(fmt.Sprint("g", i)) }
	for i := range 3 {
		save(t.T, b, result.Group(one(i), result.Task(result.ID(fmt.Sprint("t", i)))), result.Attributes{})
	}
	t.open(b, web.Options{})
	t.do(chromedp.WaitVisible("#pause.live"), chromedp.Focus(`[href="group/g1/"]`))
	for i := range 3 {
		save(t.T, b, result.Group(one(i+3), result.Task(result.ID(fmt.Sprint("t", i+3)))), result.Attributes{})
	}
	for _, i := range []int{0, 2, 4} {
		if _, err := b.Delete(t.ctx, one(i)); err != nil {
			t.Fatal(err)
		}
	}
	t.see(`[...document.querySelectorAll(".groups .name")].map(e => e.textContent).join() === "g5,g3,g1"`)
	t.see(`document.activeElement.getAttribute("href") === "group/g1/"`)
}

// unfold opens a group that is nested in one that is nested.
func unfold(t tab) {
	b, rich := variety(t.T)
	t.open(b, web.Options{})
	t.do(chromedp.Navigate(t.url + "/group/" + string(rich.ID()) + "/"))
	lines := func(under string) string { return `document.querySelectorAll("` + under + ` > ul > li").length` }
	if n, err := chromedp.Run(t.ctx, chromedp.Evaluate[int](lines("[data-tree*=store]"))); n != 0 || err != nil {
		t.Errorf("%d lines of a folded group are there, %v", n, err)
	}
	t.do(chromedp.Click(`[data-tree="../store/tree"] > summary`))
	t.see(`[...document.querySelectorAll(".tree .tree bdi")].some(e => e.textContent === "store/us")`)
	t.do(chromedp.Click(`.tree .tree details > summary`))
	t.see(lines(".tree .tree details") + ` === 1`)
	t.shoot("unfolded")
}

// revoke presses the button, and sees the map change.
func revoke(t tab) {
	b := memstore.New(nil)
	r := group.New(b, 20)
	save(t.T, b, r.Tree(), result.Attributes{})
	report(t.T, b, result.Async{ID: r.Tree().At(3).ID(), State: result.Success})
	t.open(b, web.Options{Control: true})
	t.do(chromedp.Click(".groups .name"), chromedp.WaitVisible(".control"), chromedp.Click(".control summary"),
		chromedp.WaitVisible("[action=revoke] button"), chromedp.Click("[action=revoke] button"))
	t.see(`document.querySelectorAll("#cells .v").length === 19`)
	p, err := b.Progress(t.ctx, r.ID())
	if err != nil || p.Leaves.Of(result.Revoked) != 19 || !p.Ready() {
		t.Errorf("after the button Revoke: %+v, %v", p, err)
	}
	t.shoot("revoked")
}

// refused: without control there are no buttons, and what they would send is
// refused.
func refused(t tab) {
	b := memstore.New(nil)
	r := group.New(b, 20)
	save(t.T, b, r.Tree(), result.Attributes{})
	t.open(b, web.Options{})
	t.do(chromedp.Click(".groups .name"), chromedp.WaitVisible("#cells"))
	if n, err := chromedp.Run(t.ctx, chromedp.Evaluate[int](`document.querySelectorAll("form[method=post], .control").length`)); n != 0 || err != nil {
		t.Errorf("%d forms that change something, %v", n, err)
	}
	code, err := chromedp.Run(t.ctx, chromedp.Evaluate[int](`fetch("revoke", {method: "POST"}).then(r => r.status)`, chromedp.EvalAwaitPromise))
	if code != 403 || err != nil {
		t.Errorf("revoking without control: status %d, %v", code, err)
	}
	if p, err := b.Progress(t.ctx, r.ID()); err != nil || p.Leaves.Of(result.Pending) != 20 {
		t.Errorf("after it was refused: %+v, %v", p, err)
	}
}

// useKeys goes to a member by the keyboard alone, and pauses the news.
func useKeys(t tab) {
	b, _ := variety(t.T)
	t.open(b, web.Options{})
	t.do(chromedp.Navigate(t.url+"/group/nightly-import/"), chromedp.WaitVisible("#pause.live"), chromedp.Focus("#cells a"),
		chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowUp), chromedp.KeyEvent(kb.Enter))
	t.see(`location.pathname.endsWith("/nightly-import/2")`)
	t.do(chromedp.NavigateBack(), chromedp.WaitVisible("#pause.live"), chromedp.Focus("#pause"), chromedp.KeyEvent(" "), chromedp.WaitVisible("#pause.paused"))
	report(t.T, b, result.Async{ID: "report", State: result.Success})
	time.Sleep(600 * time.Millisecond) // longer than news take; were they on, the next line would most likely fail
	t.see(`document.querySelector("#cells").lastElementChild.className === "p"`)
	t.do(chromedp.KeyEvent(" "), chromedp.WaitVisible("#pause.live"))
	t.see(`document.querySelector("#cells").lastElementChild.className === "s"`)
}
