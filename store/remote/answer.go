package remote

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-1c955bc8/bunch/result"
)

// serve answers one request.
func (c *session) serve(ctx context.Context, id uint64, r *request, body []byte) {
	if isRead(r.kind) {
		c.reads <- struct{}{}
		defer func() { <-c.reads }()
	}
	var answer any
	var err error
	switch r.kind {
	case askResults:
		err = c.results(ctx, id, r, body)
	case askWatch:
		err = c.watch(ctx, id, r, body)
	case askUpkeep:
		answer, err = c.upkeep(ctx, id, r, body)
	default:
		answer, err = c.server.answer(ctx, r.kind, body)
	}
	c.leave(id, r)
	if errors.Is(err, errGarbage) {
		_ = c.conn.Close()
		return
	}
	if err != nil && isRange(r.kind) && c.ranges.Err() != nil {
		return // bye says it
	}
	c.reply(id, answer, err)
}

// reply sends the last frame of a request.
func (c *session) reply(id uint64, answer any, err error) {
	var body []byte
	if err == nil && answer != nil {
		body, err = pack(answer)
	}
	kind := byte(kindAnswer)
	if err != nil {
		kind = kindFailure
		if body, err = pack(packFailure(err)); err != nil {
			body = nil // there is nothing in a failure that has no CBOR
		}
	}
	c.out.put(kind, id, body, c.calls.Done())
}

// item sends an item of a range.
func (c *session) item(ctx context.Context, id uint64, v any) error {
	body, err := pack(v)
	if err == nil && !c.out.put(kindItem, id, body, ctx.Done()) {
		err = context.Canceled
	}
	return err
}

// answer does what a call asks.
func (s *Server) answer(ctx context.Context, kind byte, body []byte) (any, error) {
	b := s.backend
	switch kind {
	case askSave:
		var ask save
		if err := unpack(body, &ask); err != nil {
			return nil, err
		}
		tree, err := unpackTree(ask.Tree)
		if err != nil {
			return nil, err
		}
		return done(b.Save(ctx, tree, result.Attributes{Labels: ask.Labels, Note: ask.Note, Inputs: ask.Inputs, MaxAge: ask.MaxAge}))
	case askSaveAll:
		return s.saveAll(ctx, body)
	case askReport:
		return s.report(ctx, body)
	case askRevoke, askRetry, askForget:
		var ask []byte
		if err := unpack(body, &ask); err != nil {
			return nil, err
		}
		tree, err := unpackTree(ask)
		if err != nil {
			return nil, err
		}
		switch kind {
		case askRevoke:
			return done(b.Revoke(ctx, tree))
		case askRetry:
			return done(b.Retry(ctx, tree))
		}
		return done(b.Forget(ctx, tree))
	case askList:
		var ask query
		if err := unpack(body, &ask); err != nil {
			return nil, err
		}
		page, next, err := b.List(ctx, ask.Query)
		l := listed{Next: next}
		for _, g := range page {
			l.Page = append(l.Page, packSaved(g))
		}
		return l, err
	case askYield:
		return s.giveUp(), nil
	}
	return s.about(ctx, kind, body)
}

// about does what a call asks about one id.
func (s *Server) about(ctx context.Context, kind byte, body []byte) (any, error) {
	var id result.ID
	if err := unpack(body, &id); err != nil {
		return nil, err
	}
	switch b := s.backend; kind {
	case askDelete:
		return done(b.Delete(ctx, id))
	case askPurge:
		return done(b.Purge(ctx, id))
	case askRestore:
		g, err := b.Restore(ctx, id)
		if err != nil {
			return nil, err
		}
		return packSaved(g), nil
	case askProgress:
		p, err := b.Progress(ctx, id)
		return packProgress(p), err
	case askGet:
		a, err := b.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		return packAsync(a), nil
	case askFind:
		return b.Find(ctx, id)
	}
	return nil, fmt.Errorf("%w: a request of kind %#x", errGarbage, kind)
}

func done(o result.Outcome, err error) (any, error) { return outcome{Outcome: o}, err }
