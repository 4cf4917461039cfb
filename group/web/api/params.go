package api

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// errParams: the request's parameters cannot be taken.
var errParams = errors.New("bad parameters")

// params are the parameters of a request, each given at most once.
type params url.Values

// parse reads the query of a request that takes parameters of these names. What it
// does not know it refuses: a filter with a slip in its name would take all.
func parse(query string, names []string) (params, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, fmt.Errorf("%w: the query cannot be read", errParams)
	}
	for name, list := range values {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("%w: %.32q is none; they are %q", errParams, name, names)
		}
		if len(list) > 1 {
			return nil, fmt.Errorf("%w: %s is given more than once", errParams, name)
		}
	}
	return params(values), nil
}

func (p params) get(name string) string { return url.Values(p).Get(name) }

func (p params) id() (result.ID, error) {
	id := result.ID(p.get("id"))
	return id, id.Validate()
}

// limit is how many a page may have: 100 unless something else was asked for.
func (p params) limit() (int, error) {
	text := p.get("limit")
	if text == "" {
		return defaultPage, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxPage {
		return 0, fmt.Errorf("%w: limit %.32q: 1 to %d", errParams, text, maxPage)
	}
	return n, nil
}

// time is a moment by RFC 3339; zero if it is not given.
func (p params) time(name string) (t time.Time, err error) {
	if text := p.get(name); text != "" {
		if t, err = time.Parse(time.RFC3339, text); err != nil {
			err = fmt.Errorf("%w: %s %.64q is no time as in %s", errParams, name, text, time.RFC3339)
		}
	}
	return t, err
}
