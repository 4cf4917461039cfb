package api

import (
	"context"
	"fmt"
	"slices"

	"github.com/seed-1c955bc8/bunch/encoding/jsonline"
	"github.com/seed-1c955bc8/bunch/result"
)

// How many a page has, unless asked for otherwise, and at most.
const (
	defaultPage = 100
	maxPage     = 1000
)

var phases = []result.Phase{result.AnyPhase, result.Running, result.Settled, result.Successful, result.Failed}

// groups answers with a page of saved groups, the newest first.
func (h *handler) groups(ctx context.Context, p params) ([]byte, error) {
	q := result.Query{Phase: result.Phase(p.get("state")), Label: p.get("label"), Cursor: p.get("cursor")}
	if !slices.Contains(phases, q.Phase) {
		return nil, fmt.Errorf("%w: state %.32q: it is running, settled, successful or failed", errParams, q.Phase)
	}
	var err error
	if q.Limit, err = p.limit(); err != nil {
		return nil, err
	}
	if q.Since, err = p.time("since"); err != nil {
		return nil, err
	}
	if q.Before, err = p.time("before"); err != nil {
		return nil, err
	}
	page, next, err := h.b.List(ctx, q)
	if err != nil {
		return nil, err
	}
	dst := []byte(`{"groups":[`)
	for i, g := range page {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = jsonline.AppendListed(dst, g)
	}
	return appendNext(append(dst, ']'), next), nil
}

// appendNext ends a page with the cursor of the next one, null after the last.
func appendNext(dst []byte, next string) []byte {
	dst = append(dst, `,"next":`...)
	if next == "" {
		return append(dst, "null}"...)
	}
	return append(jsonline.AppendText(dst, next), '}')
}
