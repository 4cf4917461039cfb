package torture

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// verdicts, from the best to the worst. Silent loss, a crash and a hang fail.
var verdicts = []string{"whole", "refused: corrupt", "refused: other", "read: corrupt", "checked", "SILENT", "CRASH", "HANG"}

// outcome is what a process says that reads the store in dir.
func outcome(dir string, key []byte) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	args := []any{dir}
	if key != nil {
		args = append(args, hex.EncodeToString(key))
	}
	cmd := child("examine", args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return "", err
	}
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
	defer stop()
	if err := cmd.Wait(); err != nil && ctx.Err() != nil {
		return "HANG", nil
	}
	return out.String(), nil
}

// judge compares what was read with what should be.
func judge(got, want string) (verdict, why string) {
	switch {
	case got == "HANG":
		return "HANG", "no end after two minutes"
	case !strings.HasSuffix(got, "\nend\n"):
		for line := range strings.Lines(got) {
			if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") || strings.HasPrefix(line, "unexpected fault") {
				return "CRASH", strings.TrimSpace(line)
			}
		}
		return "CRASH", got[max(0, len(got)-300):]
	}
	for _, kind := range []string{"corrupt", "other"} {
		if i := strings.Index(got, "! "+kind+": open"); i >= 0 && !strings.Contains(got[:i], "closed") {
			line, _, _ := strings.Cut(got[i:], "\n")
			return "refused: " + kind, line
		}
	}
	switch i := strings.Index(got, "! "); {
	case strings.Contains(got, "! corrupt"):
		return "read: corrupt", ""
	case strings.Contains(got, "! check"):
		return "checked", "" // nobody but Check saw it
	case got == want && i < 0:
		return "whole", ""
	case i >= 0:
		why, _, _ = strings.Cut(got[i:], "\n")
		return "SILENT", why
	}
	have := map[string]int{}
	for line := range strings.Lines(got) {
		have[line]++
	}
	missing := 0
	for line := range strings.Lines(want) {
		if have[line]--; have[line] < 0 {
			if missing++; missing == 1 {
				why = strings.TrimSpace(line)
			}
		}
	}
	return "SILENT", fmt.Sprintf("%d of %d lines are missing or differ, the first: %.200s", missing, strings.Count(want, "\n"), why)
}

// printed is the table as text.
func printed(table map[string]map[string]int) string {
	var s strings.Builder
	w := tabwriter.NewWriter(&s, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nfile\t"+strings.Join(verdicts, "\t"))
	var rows []string
	for row := range table {
		rows = append(rows, row)
	}
	slices.Sort(rows)
	for _, row := range rows {
		fmt.Fprint(w, row)
		for _, v := range verdicts {
			fmt.Fprintf(w, "\t%d", table[row][v])
		}
		fmt.Fprintln(w)
	}
	_ = w.Flush() // into memory
	return s.String()
}
