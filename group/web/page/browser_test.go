package page_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/group/web"
)

// A tab is one in a real browser. With BUNCH_SCREENSHOTS=folder its pictures are
// kept there, to be looked at.
type tab struct {
	*testing.T
	ctx context.Context
	url string
}

// TestBrowser does what a person does, in a real browser without a window.
func TestBrowser(t *testing.T) {
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("no Chromium here: '.ci/run browser' installs it on Debian")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // it does not start as root otherwise
	}
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	defer cancel()
	browser, cancel := chromedp.NewContext(alloc)
	defer cancel()
	if err := chromedp.Do(browser); err != nil {
		t.Fatalf("%s does not start: %v", path, err)
	}
	for name, test := range map[string]func(tab){
		"progress": seeProgress,
		"new rows": newRows,
		"unfold":   unfold,
		"revoke":   revoke,
		"refused":  refused,
		"keys":     useKeys,
		"looks":    looks,
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := chromedp.NewContext(browser)
			defer cancel()
			ctx, cancel = context.WithTimeout(ctx, 2*time.Minute)
			defer cancel()
			test(tab{T: t, ctx: ctx})
		})
	}
}

// open serves b and opens it.
func (t *tab) open(b group.Backend, opt web.Options) {
	t.Helper()
	t.url = serve(t.T, b, opt)
	t.do(chromedp.Navigate(t.url))
}

func (t tab) do(steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(t.ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// see waits until something, an expression of the page's, is true. In between the
// page may be another one.
func (t tab) see(expression string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, 30*time.Second)
	defer cancel()
	for {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression))
		if ok {
			return
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			t.Fatalf("the page never was so that %s: %v\n%s", expression, err, t.text("main"))
		}
	}
}

func (t tab) text(selector string) string {
	t.Helper()
	text, err := chromedp.Run(t.ctx, chromedp.Text(selector))
	if err != nil {
		t.Fatalf("%s: %v", selector, err)
	}
	return text
}

// size makes the window so wide, and dark or not.
func (t tab) size(width int64, scheme string) {
	t.Helper()
	t.do(chromedp.EmulateViewport(width, 800))
	_, err := chromedp.Call(t.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// shoot takes pictures, if they are asked for: wide, narrow, and in the dark.
func (t tab) shoot(name string) {
	t.Helper()
	dir := os.Getenv("BUNCH_SCREENSHOTS")
	if dir == "" {
		return
	}
	for _, look := range []struct {
		name, scheme string
		width        int64
	}{{"", "light", 1100}, {"-phone", "light", 390}, {"-dark", "dark", 1100}} {
		t.size(look.width, look.scheme)
		png, err := chromedp.Run(t.ctx, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+look.name+".png"), png, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
