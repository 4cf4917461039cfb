package result_test

import (
	"errors"
	"strings"
	"testing"
	"unicode"

	. "github.com/seed-1c955bc8/bunch/result"
)

// TestTaskErrorIsFitToPrint: a task chooses type and arguments, and the text
// lands in logs and on terminals.
func TestTaskErrorIsFitToPrint(t *testing.T) {
	for _, c := range []struct {
		err  TaskError
		want string
	}{
		{TaskError{Type: "KeyError", Args: []any{"x"}}, `KeyError: x`},
		{TaskError{Type: "KeyError"}, `KeyError`},
		{TaskError{Type: "E", Args: []any{"a", 1}}, `E: [a 1]`},
		{TaskError{Type: "E", Args: []any{`"quoted" 'too', C:\dir, 任务 😀`}}, `E: "quoted" 'too', C:\dir, 任务 😀`},
		{TaskError{Type: "\x1b[31m", Args: []any{"\x1b]0;title\x07"}}, `\x1b[31m: \x1b]0;title\a`},
		{TaskError{Type: "\x1b[31m"}, `\x1b[31m`},
		{TaskError{Type: "E", Args: []any{"line\nline\r\tx"}}, `E: line\nline\r\tx`},
		{TaskError{Type: "E", Args: []any{"\u009b2J\x7f\u202e\u2028"}}, `E: \u009b2J\x7f\u202e\u2028`},
		{TaskError{Type: "E", Args: []any{"a\xffb\uFFFD"}}, "E: a\\xffb\uFFFD"},
		{TaskError{Type: "E", Args: []any{map[string]any{"\x1b": []any{"\x1b"}}, "\x1b"}}, `E: [map[\x1b:[\x1b]] \x1b]`},
	} {
		member := &MemberError{ID: "\x1b[2J", State: Failure, Err: &c.err}
		if got := c.err.Error(); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
		if got := member.Error(); got != `task "\x1b[2J": FAILURE: `+c.want {
			t.Errorf("of a member: %s", got)
		}
	}
	var all strings.Builder
	for r := rune(0); r <= unicode.MaxRune; r++ {
		all.WriteRune(r)
	}
	for _, e := range []TaskError{{Type: all.String()}, {Type: "E", Args: []any{all.String()}}, {Type: "E", Args: []any{all.String(), 1}}} {
		if i := strings.IndexFunc(e.Error(), func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
			t.Errorf("%q goes out as it is", e.Error()[i:i+4])
		}
	}
}

func TestThrow(t *testing.T) {
	for _, s := range []State{Success, Pending, Retry, Ignored, "PROGRESS"} {
		if err := (Async{ID: "t", State: s, Error: &TaskError{Type: "E"}}).Throw(); err != nil {
			t.Errorf("%s throws %v", s, err)
		}
	}
	for _, s := range []State{Failure, Revoked} {
		err := Async{ID: "t", State: s, Error: &TaskError{Type: "E"}}.Throw()
		var member *MemberError
		var task *TaskError
		if !errors.As(err, &member) || member.ID != "t" || member.State != s || !errors.As(err, &task) || task.Type != "E" {
			t.Errorf("%s throws %v", s, err)
		}
		err = Async{ID: "t", State: s}.Throw()
		if errors.As(err, &task) || err.Error() != `task "t": `+string(s) {
			t.Errorf("%s without a reason throws %v", s, err)
		}
	}
	a := Async{State: Revoked, Error: RevokedError("terminated")}
	if a.Successful() || a.Failed() || a.Error.Error() != "TaskRevokedError: terminated" || a.Error.Module != "celery.exceptions" {
		t.Errorf("revoked: %+v", a)
	}
	if !(Async{State: Success}).Successful() || !(Async{State: Failure}).Failed() {
		t.Error("SUCCESS is not successful, or FAILURE not failed")
	}
}

func TestVersionErrorSaysWhatToDo(t *testing.T) {
	err := error(&VersionError{What: "tree", Got: 7, Max: 1})
	if got := err.Error(); got != "tree has format version 7, this program reads up to 1: use a newer release" {
		t.Error(got)
	}
}
