package web

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"time"
)

// Limits of a request's body: enough for the fields of a form.
const (
	maxBody  = 64 << 10
	bodyTime = 10 * time.Second
)

// readBody reads the whole body, so that no handler waits for one, and puts it in
// its place. It returns the status to refuse the request with, 0 for none; the
// connection ends with the refusal, and the rest is not read.
func readBody(rc *http.ResponseController, w http.ResponseWriter, r *http.Request) (refusal int) {
	if r.ContentLength == 0 {
		return 0
	}
	defer func() {
		until := time.Time{} // a stream's client may stay as long as it likes
		if refusal != 0 {
			w.Header().Set("Connection", "close")
			until = time.Unix(1, 0)
		}
		_ = rc.SetReadDeadline(until)
	}()
	switch {
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		return http.StatusBadRequest
	case r.ContentLength > maxBody:
		return http.StatusRequestEntityTooLarge
	}
	_ = rc.SetReadDeadline(time.Now().Add(bodyTime))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return http.StatusRequestEntityTooLarge
	}
	if err != nil {
		return http.StatusRequestTimeout
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return 0
}
