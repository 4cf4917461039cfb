package web_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/group/web"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store/memstore"
)

// A program shows its store below a path of its own server.
func ExampleHandler() {
	s := memstore.New(nil) // or a *store.Store, or a *remote.Client
	defer s.Close()
	tree := result.Group("night", result.Task("a"), result.Task("b"))
	if _, err := group.Of(s, tree).Save(context.Background(), nil); err != nil {
		fmt.Println(err)
		return
	}

	mux := http.NewServeMux()
	mux.Handle("/bunch/", http.StripPrefix("/bunch", web.Handler(s, web.Options{})))
	srv := httptest.NewServer(mux)
	defer srv.Close()

	resp, err := srv.Client().Get(srv.URL + "/bunch/api/v1/members?id=night&limit=1")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	fmt.Print(string(body))
	// Output:
	// {"members":[{"id":"a","state":"PENDING","done":null,"attempt":1,"forgotten":false,"parent_id":null}],"next":"1"}
}
