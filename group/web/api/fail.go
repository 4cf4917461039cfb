package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/seed-1c955bc8/bunch/encoding/jsonline"
	"github.com/seed-1c955bc8/bunch/result"
)

var (
	errNoPath   = errors.New("nothing answers this method and path; GET /api/v1/ names the paths")
	errReadOnly = errors.New("this store may only be looked at")
	errBusy     = errors.New("there are too many streams already")
)

// statuses are what HTTP has for an error, the first that matches; anything else
// is a fault of the store's.
var statuses = []struct {
	err  error
	code int
}{
	{errNoPath, http.StatusNotFound},
	{errParams, http.StatusBadRequest},
	{errReadOnly, http.StatusForbidden},
	{errBusy, http.StatusServiceUnavailable},
	{result.ErrNotFound, http.StatusNotFound},
	{result.ErrBadID, http.StatusBadRequest},
	{result.ErrBadValue, http.StatusBadRequest},
	{result.ErrForgotten, http.StatusConflict},
	{result.ErrReadOnly, http.StatusForbidden},
	{result.ErrClosed, http.StatusServiceUnavailable},
	{result.ErrLocked, http.StatusServiceUnavailable},
	{result.ErrNoSpace, http.StatusInsufficientStorage},
	{context.DeadlineExceeded, http.StatusGatewayTimeout},
	{context.Canceled, http.StatusServiceUnavailable},
}

// status is the code that tells a program about err.
func status(err error) int {
	for _, s := range statuses {
		if errors.Is(err, s.err) {
			return s.code
		}
	}
	return http.StatusInternalServerError
}

// fail answers with an error.
func fail(w http.ResponseWriter, err error) { send(w, status(err), appendError(nil, err)) }

func appendError(dst []byte, err error) []byte {
	return append(jsonline.AppendText(append(dst, `{"error":`...), err.Error()), '}')
}
