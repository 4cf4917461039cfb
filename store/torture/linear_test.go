package torture

import (
	"flag"
	"testing"

	"github.com/anishathalye/porcupine"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/store"
	"github.com/seed-1c955bc8/bunch/store/memstore"
	"github.com/seed-1c955bc8/bunch/store/storetest"
)

var linearHistories = flag.Int("linear.histories", 30, "how many histories of each engine TestLinearizable checks")

// TestLinearizable lets some clients at once make random calls about one group,
// and has a model checker look for an order in which the answers make sense: one
// in which each call takes its turn between the moment it was made and the moment
// it was answered.
func TestLinearizable(t *testing.T) {
	seed := storetest.Seed(t)
	t.Logf("BUNCH_SEED=%d", seed)
	durable := openStore(t, t.TempDir(), store.Options{Profile: store.Edge})
	noSync := openStore(t, t.TempDir(), store.Options{Profile: store.Edge, NoSync: true})
	for name, b := range map[string]group.Backend{"memstore": memstore.New(nil), "durable": durable, "NoSync": noSync} {
		t.Run(name, func(t *testing.T) {
			calls, meetings := 0, 0
			for n := range *linearHistories {
				h := newHistory(b, seed, n)
				calls, meetings = calls+len(h), meetings+meet(h)
				if !porcupine.CheckOperations(sequential, h) {
					t.Fatalf("no order explains history %d: %s", n, picture(t, h))
				}
			}
			t.Logf("%d histories, %d calls, each met %.1f others", *linearHistories, calls, float64(meetings)/float64(calls))
			if meetings == 0 {
				t.Error("no call met another: such histories say nothing")
			}
		})
	}
}

// TestLinearizableSees breaks the engine on purpose, in ways that only show when
// calls meet or when one looks back. The checker must find each.
func TestLinearizableSees(t *testing.T) {
	seed := storetest.Seed(t)
	t.Logf("BUNCH_SEED=%d", seed)
	for name, b := range map[string]group.Backend{
		"an answer before the commit":    &early{Backend: memstore.New(nil)},
		"the second ready state winning": &second{Backend: memstore.New(nil)},
		"counts of a moment ago":         &stale{Backend: memstore.New(nil)},
		"a settling announced twice":     &twice{Backend: memstore.New(nil)},
	} {
		t.Run(name, func(t *testing.T) {
			for n := range 30 {
				if !porcupine.CheckOperations(sequential, newHistory(b, seed, n)) {
					return
				}
			}
			t.Error("30 histories, and the checker found an order for each")
		})
	}
}

// meet counts the pairs of calls that were under way at the same time.
func meet(h []porcupine.Operation) (n int) {
	for i, a := range h {
		for _, b := range h[:i] {
			if a.ClientId != b.ClientId && a.Call < b.Return && b.Call < a.Return {
				n += 2
			}
		}
	}
	return n
}

// picture leaves the history as a page for a browser, and names the file.
func picture(t *testing.T, h []porcupine.Operation) string {
	_, info := porcupine.CheckOperationsVerbose(sequential, h, 0)
	file := keep(t, "history.html")
	if err := porcupine.VisualizePath(sequential, info, file); err != nil {
		t.Error(err)
	}
	return file
}
