package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/seed-1c955bc8/bunch/encoding/jsonline"
)

// ndjson is the type of a stream of lines.
const ndjson = "application/x-ndjson"

// all answers as results does, or, who accepts application/x-ndjson, with all of
// them, one a line, page by page: nothing is held while the client is slow.
func (h *handler) all(w http.ResponseWriter, r *http.Request) {
	if !strings.Contains(r.Header.Get("Accept"), ndjson) {
		h.answers(workTime, h.results, "id", "state", "limit", "cursor")(w, r)
		return
	}
	p, err := parse(r.URL.RawQuery, []string{"id", "state"})
	if err != nil {
		fail(w, err)
		return
	}
	select {
	case h.streams <- struct{}{}:
		defer func() { <-h.streams }()
	default:
		fail(w, errBusy)
		return
	}
	p["limit"] = []string{strconv.Itoa(maxPage)}
	w.Header().Set("Content-Type", ndjson)
	s := stream{w: w, rc: http.NewResponseController(w)}
	for begun := false; ; begun = true {
		text, next, err := h.lines(r.Context(), p)
		switch {
		case err != nil && begun:
			panic(http.ErrAbortHandler) // so that the client sees that this is not the end
		case err != nil:
			fail(w, err)
			return
		case s.write(text) != nil || next == "":
			return
		}
		p["cursor"] = []string{next}
	}
}

// lines returns a page as lines, and the cursor of the next one.
func (h *handler) lines(ctx context.Context, p params) (text []byte, next string, err error) {
	ctx, cancel := context.WithTimeout(ctx, workTime)
	defer cancel()
	err = h.turn(ctx, func() error {
		list, cursor, err := h.page(ctx, p)
		if err != nil {
			return err
		}
		next = cursor
		for _, a := range list {
			if text, err = jsonline.AppendResult(text, a); err != nil {
				return fmt.Errorf("task %q: %w", string(a.ID), err)
			}
			text = append(text, '\n')
		}
		return nil
	})
	return text, next, err
}

// stream is one client that is sent something bit by bit.
type stream struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

func (s stream) write(text []byte) error {
	_ = s.rc.SetWriteDeadline(time.Now().Add(sendTime)) // some writers in tests cannot
	if _, err := s.w.Write(text); err != nil {
		return err
	}
	return s.rc.Flush()
}
