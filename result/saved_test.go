package result_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	. "github.com/seed-1c955bc8/bunch/result"
)

func TestAttributesValidate(t *testing.T) {
	two := Group("g", Task("a"), Group("h", Task("b")))
	labels := func(n int) map[string]string {
		m := map[string]string{}
		for i := range n {
			m[fmt.Sprint("label-", i)] = ""
		}
		return m
	}
	long := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct {
		name string
		attr Attributes
		err  error
	}{
		{"nothing", Attributes{}, nil},
		{"an input for each", Attributes{Inputs: make([][]byte, 2)}, nil},
		{"an input too many", Attributes{Inputs: make([][]byte, 3)}, ErrTooLarge},
		{"all the labels", Attributes{Labels: labels(MaxLabels)}, nil},
		{"a label too many", Attributes{Labels: labels(MaxLabels + 1)}, ErrTooLarge},
		{"long labels", Attributes{Labels: map[string]string{long(MaxLabelKey): long(MaxLabelValue)}}, nil},
		{"a long key", Attributes{Labels: map[string]string{long(MaxLabelKey + 1): ""}}, ErrTooLarge},
		{"a long value", Attributes{Labels: map[string]string{"k": long(MaxLabelValue + 1)}}, ErrTooLarge},
		{"no key", Attributes{Labels: map[string]string{"": "v"}}, ErrTooLarge},
		{"a key not UTF-8", Attributes{Labels: map[string]string{"\xff": "v"}}, ErrBadValue},
		{"a value not UTF-8", Attributes{Labels: map[string]string{"k": "\xff"}}, ErrBadValue},
		{"an age", Attributes{MaxAge: 1}, nil},
		{"a negative age", Attributes{MaxAge: -1}, ErrBadValue},
	} {
		if err := c.attr.Validate(two); !errors.Is(err, c.err) {
			t.Errorf("%s: %v, want %v", c.name, err, c.err)
		}
	}
}

func TestFilter(t *testing.T) {
	for _, c := range []struct {
		filter Filter
		takes  string
	}{
		{Filter{}, "SUCCESS FAILURE REVOKED PENDING RETRY IGNORED PROGRESS"},
		{Filter{Ready: true}, "SUCCESS FAILURE REVOKED"},
		{Filter{Unready: true}, "PENDING RETRY IGNORED PROGRESS"},
		{Filter{Ready: true, Unready: true}, ""},
	} {
		var took []string
		for _, s := range []State{Success, Failure, Revoked, Pending, Retry, Ignored, "PROGRESS"} {
			if c.filter.Takes(Async{State: s}) {
				took = append(took, string(s))
			}
		}
		if got := strings.Join(took, " "); got != c.takes {
			t.Errorf("%+v takes %q, want %q", c.filter, got, c.takes)
		}
	}
}
