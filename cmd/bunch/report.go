package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/encoding/jsonline"
	"github.com/seed-1c955bc8/bunch/result"
	"github.com/seed-1c955bc8/bunch/store"
)

func (a *app) reportVerb() *cobra.Command {
	var (
		lone    bool
		attempt uint32
	)
	cmd := &cobra.Command{
		Use:   "report ID STATE [JSON]",
		Short: "Record the result of a task",
		Long: `Report records a result and says whether it was applied: the first of SUCCESS,
FAILURE and REVOKED stands, and only 'bunch retry' reopens it. Other states are
PENDING, RECEIVED, STARTED, RETRY, or a word of your own, such as PROGRESS.

JSON is the value; '-' reads it from standard input, and a value that begins
with '-' goes behind '--'. For FAILURE, REVOKED and RETRY it is why: an object
with exc_type, exc_message, exc_module and traceback as Celery has them, or
anything.`,
		Example: `  bunch report task-1 SUCCESS '{"answer": 42}'
  bunch report task-2 FAILURE '{"exc_type": "IOError", "exc_message": ["no"]}'
  bunch report task-3 SUCCESS -- -5`,
		Args: cobra.RangeArgs(2, 3),
		RunE: func(cmd *cobra.Command, args []string) error {
			r := result.Async{ID: result.ID(args[0]), State: result.State(args[1]), Attempt: attempt}
			if err := r.ID.Validate(); err != nil {
				return err
			}
			if err := checkState(r.State); err != nil {
				return err
			}
			if len(args) == 3 {
				text, err := a.jsonText(cmd.Context(), args[2])
				if err != nil {
					return err
				}
				value, err := encoding.FromJSON(text)
				if err != nil {
					return fmt.Errorf("the value of %q is no JSON: %w", args[0], err)
				}
				r.Value = value
			}
			if r.State.Exception() {
				if err := explain(&r); err != nil {
					return err
				}
			}
			ctx := cmd.Context()
			use := a.change
			if lone {
				use = a.make
			}
			return use(ctx, false, func(s *share) error {
				if !lone {
					if err := named(ctx, s, r.ID); err != nil {
						return err
					}
				}
				out, err := s.Report(ctx, r)
				if err != nil {
					return err
				}
				return a.reported(r, out[0])
			})
		},
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		return usage("%v; a value that begins with '-' goes behind '--'", err)
	})
	cmd.Flags().BoolVar(&lone, "lone", false, "also record a task that is in no saved group")
	cmd.Flags().Uint32Var(&attempt, "attempt", 0, "the attempt this is about; 0: the current one")
	return cmd
}

// named refuses a task that is in no saved group, such as a group's own id.
func named(ctx context.Context, s *share, task result.ID) error {
	_, err := s.Get(ctx, task)
	if err == nil {
		var groups []result.ID
		if groups, err = s.Find(ctx, task); err == nil && len(groups) == 0 {
			err = result.ErrNotFound // a lone result
		}
	}
	if errors.Is(err, result.ErrNotFound) {
		return fmt.Errorf("task %q: %w in any saved group; --lone records it all the same", string(task), result.ErrNotFound)
	}
	return err
}

// checkState refuses what is most likely a slip: states are upper case.
func checkState(s result.State) error {
	if up := result.State(strings.ToUpper(string(s))); up != s && !up.Custom() {
		return usage("state %q: did you mean %s?", string(s), up)
	}
	return s.Validate()
}

// jsonText returns the JSON argument, which may be standard input.
func (a *app) jsonText(ctx context.Context, arg string) ([]byte, error) {
	if arg != "-" {
		return []byte(arg), nil
	}
	const most = 8 * store.DefaultMaxValueSize // JSON is longer than what is stored
	text, err := io.ReadAll(io.LimitReader(input{ctx, a.in}, most+1))
	if err == nil && len(text) > most {
		err = fmt.Errorf("%w: the value on standard input has more than %d bytes", result.ErrTooLarge, most)
	}
	return text, err
}

// explain makes the value of a report its error.
func explain(r *result.Async) error {
	e := &result.TaskError{Type: "Error"}
	if r.State == result.Revoked {
		e = result.RevokedError("revoked")
	}
	if r.Value != nil {
		var v any
		if err := encoding.Unmarshal(r.Value, &v); err != nil {
			return err
		}
		e = taskError(v)
	}
	r.Value, r.Error = nil, e
	return nil
}

// taskError reads Celery's form of a stored exception, or makes one of anything.
func taskError(v any) *result.TaskError {
	m, _ := v.(map[string]any)
	kind, ok := m["exc_type"].(string)
	if !ok {
		return &result.TaskError{Type: "Error", Args: []any{v}}
	}
	e := &result.TaskError{Type: kind}
	e.Module, _ = m["exc_module"].(string)
	e.Traceback, _ = m["traceback"].(string)
	switch args := m["exc_message"].(type) {
	case nil:
	case []any:
		e.Args = args
	default:
		e.Args = []any{args}
	}
	return e
}

func (a *app) reported(r result.Async, out result.Outcome) error {
	if a.output == asJSON {
		b := jsonline.AppendText([]byte(`{"id":`), string(r.ID))
		b = fmt.Appendf(b, `,"applied":%t,"state":`, out.Applied)
		b = jsonline.AppendText(b, string(out.State))
		b = fmt.Appendf(b, `,"attempt":%d,"settled":`, out.Attempt)
		return a.line(append(jsonline.AppendIDs(b, out.Settled), '}'))
	}
	switch {
	case out.Applied:
		return a.text("applied")
	case r.Attempt != 0 && r.Attempt != out.Attempt:
		return a.text(fmt.Sprintf("not applied: the task is in attempt %d, %s stands", out.Attempt, out.State))
	case out.State == result.Pending:
		return a.text("not applied: the result was forgotten; 'bunch retry' reopens it")
	}
	return a.text(fmt.Sprintf("not applied: %s stands", out.State))
}
