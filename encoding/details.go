package encoding

import (
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/seed-1c955bc8/bunch/result"
)

// MaxDetails is how many bytes the children and the request of one report may
// take together: they stand in the result's own record, which an engine reads
// whole. It is enough for children 10,000 levels deep.
const MaxDetails = 512 << 10

// ValidDetails refuses a report whose children or request cannot be stored, and
// so read again: with a tree that is not valid, an id that is not
// ([result.ErrBadID]), an item that is not one CBOR item or a name that is not
// UTF-8 ([result.ErrBadValue]), an item of more than most bytes, retries of more
// than 32 bits, or all of it of more than [MaxDetails] ([result.ErrTooLarge]).
// Other text need not be UTF-8: U+FFFD comes in the place of what is not.
func ValidDetails(a result.Async, most int) error {
	for _, t := range a.Children {
		if err := t.Validate(); err != nil {
			return fmt.Errorf("a child: %w", err)
		}
	}
	if a.Request != nil {
		if err := validRequest(a.Request, most); err != nil {
			return err
		}
	}
	if a.Children == nil && a.Request == nil {
		return nil
	}
	details := Record{Async: result.Async{Children: a.Children, Request: a.Request}}
	if n := len(AppendRecord(nil, details)); n > MaxDetails {
		return fmt.Errorf("%w: children and request have %d bytes, the most is %d", result.ErrTooLarge, n, MaxDetails)
	}
	return nil
}

func validRequest(q *result.Request, most int) error {
	for _, id := range []result.ID{q.Parent, q.Group} {
		if id == "" {
			continue
		}
		if err := id.Validate(); err != nil {
			return err
		}
	}
	if int64(q.Retries) > math.MaxInt32 || int64(q.Retries) < math.MinInt32 {
		return fmt.Errorf("%w: %d retries, the most is %d", result.ErrTooLarge, q.Retries, math.MaxInt32)
	}
	if q.Args != nil {
		if err := validItem("arguments", q.Args, most); err != nil {
			return err
		}
	}
	if q.Kwargs != nil {
		if err := validItem("keyword arguments", q.Kwargs, most); err != nil {
			return err
		}
	}
	for k, v := range q.Extra {
		if !utf8.ValidString(k) {
			return fmt.Errorf("%w: the name of a further field, %.64q, is not UTF-8", result.ErrBadValue, k)
		}
		if err := validItem(fmt.Sprintf("field %.64q", k), v, most); err != nil {
			return err
		}
	}
	return nil
}

func validItem(what string, item []byte, most int) error {
	if len(item) > most {
		return fmt.Errorf("%w: the %s: %d bytes, the most is %d", result.ErrTooLarge, what, len(item), most)
	}
	if err := Valid(item); err != nil {
		return fmt.Errorf("the %s: %w", what, err)
	}
	return nil
}
