package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/seed-1c955bc8/bunch/encoding"
	"github.com/seed-1c955bc8/bunch/group"
	"github.com/seed-1c955bc8/bunch/result"
)

// A job is what 'bunch run' does with each line. It is saved as the group's note,
// so that 'bunch resume' does the same. The environment is not saved.
type job struct {
	Kind     string        `cbor:"kind"`           // jobKind
	Argv     []string      `cbor:"argv,omitempty"` // empty: each line is a command for the shell
	Dir      string        `cbor:"dir"`
	Attempts int           `cbor:"attempts"`
	Timeout  time.Duration `cbor:"timeout"` // nanoseconds, of one attempt; 0: none
}

// jobKind tells a job from other programs' notes.
const jobKind = "bunch run"

// grace is how long a command that was told to end, or has ended and left others
// with its output, is waited for.
const grace = 3 * time.Second

// An outcome is the value of a task that succeeded.
type outcome struct {
	Exit      int     `cbor:"exit"`
	Output    any     `cbor:"output"` // standard output and error as they came; bytes if not UTF-8
	Truncated bool    `cbor:"truncated"`
	Duration  float64 `cbor:"duration"` // seconds
}

// The types of the errors that a command's failure is stored as. Their arguments
// are those of failure.
const (
	exitFailure    = "ExitError"
	timeoutFailure = "TimeLimitExceeded"
)

func (o outcome) failure(kind string) *result.TaskError {
	return &result.TaskError{Type: kind, Args: []any{o.Exit, o.Output, o.Truncated, o.Duration}}
}

// parseJob reads a group's note.
func parseJob(saved result.Saved) (job, error) {
	var j job
	if saved.Note == nil || encoding.Unmarshal(saved.Note, &j) != nil || j.Kind != jobKind {
		return j, fmt.Errorf("group %q was not made by 'bunch run': there is nothing to run", string(saved.ID))
	}
	return j, nil
}

// check finds what would make every task fail.
func (j job) check() error {
	if len(j.Argv) > 0 && !strings.Contains(j.Argv[0], "{}") {
		if _, err := exec.LookPath(j.Argv[0]); err != nil {
			return usage("cannot run %q: %v", j.Argv[0], err)
		}
	}
	if info, err := os.Stat(j.Dir); err != nil || !info.IsDir() {
		return fmt.Errorf("the group ran in the directory %q, which is gone", j.Dir)
	}
	return nil
}

// argv returns the command for a line: {} is replaced wherever it stands, and
// the line is appended where it stands nowhere.
func (j job) argv(line string) []string {
	if len(j.Argv) == 0 {
		if runtime.GOOS == "windows" {
			return []string{"cmd", "/c", line}
		}
		return []string{"sh", "-c", line}
	}
	argv, used := make([]string, 0, len(j.Argv)+1), false
	for _, arg := range j.Argv {
		used = used || strings.Contains(arg, "{}")
		argv = append(argv, strings.ReplaceAll(arg, "{}", line))
	}
	if !used {
		argv = append(argv, line)
	}
	return argv
}

// String returns the command as a shell would take it.
func (j job) String() string {
	if len(j.Argv) == 0 {
		return "sh -c LINE"
	}
	words := make([]string, len(j.Argv))
	for i, arg := range j.Argv {
		words[i] = shellQuote(arg)
	}
	return strings.Join(words, " ")
}

// run runs the command for one line. Standard input is empty; $BUNCH_TASK is the
// task's id, the same in every attempt.
func (j job) run(ctx context.Context, line any) (outcome, error) {
	limited, cancel := ctx, func() {}
	if j.Timeout > 0 {
		limited, cancel = context.WithTimeout(ctx, j.Timeout)
	}
	defer cancel()
	argv := j.argv(lineText(line))
	var out tail
	cmd := exec.CommandContext(limited, argv[0], argv[1:]...)
	cmd.Dir = j.Dir
	cmd.Env = append(os.Environ(), "BUNCH_TASK="+string(group.TaskID(ctx)))
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = grace
	alone(cmd)
	began := time.Now()
	err := cmd.Run()
	if limited.Err() != nil {
		killRest(cmd)
	}
	if ctx.Err() != nil && err != nil {
		return outcome{}, ctx.Err() // called off: not recorded, and resumed later
	}
	o := outcome{Exit: exitStatus(cmd), Truncated: out.cut() > 0, Duration: time.Since(began).Seconds()}
	o.Output = textOrBytes(out.bytes())
	var ended *exec.ExitError
	switch {
	case err == nil || errors.Is(err, exec.ErrWaitDelay) && o.Exit == 0:
		return o, nil
	case limited.Err() != nil:
		return o, o.failure(timeoutFailure)
	case !errors.As(err, &ended): // it did not start
		o.Exit, o.Output = 127, clean(err.Error())
	}
	return o, o.failure(exitFailure)
}

// textOrBytes returns b as text if it is UTF-8: CBOR tells them apart.
func textOrBytes(b []byte) any {
	if utf8.Valid(b) {
		return string(b)
	}
	return b
}

func lineText(line any) string {
	switch line := line.(type) {
	case string:
		return line
	case []byte:
		return string(line)
	}
	return fmt.Sprint(line)
}
