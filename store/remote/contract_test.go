package remote_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/store"
	"github.com/seed-1c955bc8/bunch/store/memstore"
	"github.com/seed-1c955bc8/bunch/store/remote"
	"github.com/seed-1c955bc8/bunch/store/storetest"
)

var (
	_ group.Backend  = (*remote.Client)(nil)
	_ remote.Backend = group.Backend(nil)
)

// No test may leave a goroutine behind, on either side.
func TestMain(m *testing.M) {
	if dir := os.Getenv(holderDir); dir != "" {
		fmt.Fprintln(os.Stderr, hold(dir))
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

// over is a store as it looks from another process: everything but Sweep and Close
// goes through the socket. What Close ends first is the store, so that a client is
// told; with hangUp it is the client.
type over struct {
	*remote.Client
	local  storetest.Backend
	hangUp bool
}

func (o *over) Sweep(ctx context.Context) (int, error) { return o.local.Sweep(ctx) }

func (o *over) Close() error {
	first, then := o.local.Close, o.Client.Close
	if o.hangUp {
		first, then = then, first
	}
	if err := first(); err != nil {
		return err
	}
	return then()
}

func dial(t testing.TB, dir string) *remote.Client {
	t.Helper()
	c, err := remote.Dial(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// disk is a store on disk that is served.
type disk struct {
	over
	dir string
	o   store.Options
}

func openDisk(t *testing.T, dir string, o store.Options) *disk {
	t.Helper()
	s, err := store.Open(dir, &o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(nil); err != nil {
		t.Fatal(err)
	}
	return &disk{over{Client: dial(t, dir), local: s}, dir, o}
}

// Reopen opens a copy of the files as a kill would leave them. No write is under
// way here, so what is there is all there is.
func (d *disk) Reopen(t *testing.T) storetest.Backend {
	t.Helper()
	dir := t.TempDir()
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS(d.dir)); err != nil {
		t.Fatal(err)
	}
	return openDisk(t, dir, d.o)
}

func onDisk(t *testing.T, o storetest.Options) storetest.Backend {
	return openDisk(t, t.TempDir(), store.Options{NoSync: true, Profile: store.Edge, Retention: o.Retention, Clock: o.Clock})
}

// plain is memstore as another process would see it.
type plain struct {
	*memstore.Store
	server *remote.Server
}

// Close ends the server first, as a store does.
func (p *plain) Close() error {
	if err := p.server.Close(); err != nil {
		return err
	}
	return p.Store.Close()
}

func inMemory(t *testing.T, o storetest.Options) storetest.Backend {
	dir := t.TempDir()
	m := memstore.New(&memstore.Options{Retention: o.Retention, Clock: o.Clock})
	server, err := remote.Serve(dir, m, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &over{Client: dial(t, dir), local: &plain{m, server}, hangUp: true}
}

func TestLaws(t *testing.T)              { storetest.Run(t, onDisk) }
func TestLawsOnPlainEngine(t *testing.T) { storetest.Run(t, inMemory) }
func TestHistories(t *testing.T)         { storetest.Histories(t, onDisk) }
