package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-1c955bc8/bunch/encoding/jsonline"
	"github.com/seed-1c955bc8/bunch/result"
)

func (a *app) lsVerb() *cobra.Command {
	var (
		query        result.Query
		state        string
		older, newer age
	)
	cmd := &cobra.Command{
		Use:   "ls",
		Short: "List the saved groups, the newest first",
		Long: `Ls lists saved groups, the newest first. With -o json each is a line, with -o
raw only its id. If there are more than --limit, a line on standard error gives
the --cursor to go on with.`,
		Example: `  bunch ls --state failed --newer 7d
  bunch ls --label night=1 -o raw | xargs bunch show`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			query.Phase = result.Phase(state)
			phases := []result.Phase{result.AnyPhase, result.Running, result.Settled, result.Successful, result.Failed}
			if !slices.Contains(phases, query.Phase) {
				return usage("--state %q: it is running, settled, successful or failed", state)
			}
			if query.Limit < 1 || query.Limit > 10_000 {
				return usage("--limit %d: 1 to 10000", query.Limit)
			}
			now := time.Now()
			if older > 0 {
				query.Before = now.Add(-time.Duration(older))
			}
			if newer > 0 {
				query.Since = now.Add(-time.Duration(newer))
			}
			return a.read(cmd.Context(), func(s *share) error {
				page, next, err := s.List(cmd.Context(), query)
				if err != nil {
					return err
				}
				if err := a.list(page, now); err != nil {
					return err
				}
				if next != "" {
					a.note("there are more: --cursor %s", next)
				}
				return nil
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&state, "state", "", "only running, settled, successful or failed groups")
	flags.StringVar(&query.Label, "label", "", "only groups with label K or K=V")
	flags.Var(&older, "older", "only groups made longer ago: 36h, 7d")
	flags.Var(&newer, "newer", "only groups made since then: 36h, 7d")
	flags.IntVar(&query.Limit, "limit", 100, "at most this many")
	flags.StringVar(&query.Cursor, "cursor", "", "go on where a listing ended")
	return cmd
}

func (a *app) list(page []result.Saved, now time.Time) error {
	table := a.columns("ID", "AGE", "DONE", "STATE", "LABELS")
	for _, g := range page {
		var err error
		switch a.output {
		case asJSON:
			err = a.line(jsonline.AppendListed(nil, g))
		case asRaw:
			err = a.text(string(g.ID))
		default:
			err = table.add(string(g.ID), ago(now.Sub(g.Created)), ratio(settled(g.Progress), g.Progress.Leaves.Total()), phase(g.Progress), labels(g.Labels))
		}
		if err != nil {
			return err
		}
	}
	return table.flush()
}

// phase says in a word or two how a group stands.
func phase(p result.Progress) string {
	failed, revoked := p.Leaves.Of(result.Failure), p.Leaves.Of(result.Revoked)
	switch {
	case failed > 0:
		return fmt.Sprintf("%d failed", failed)
	case !p.Settled():
		return "running"
	case revoked > 0:
		return fmt.Sprintf("%d revoked", revoked)
	case p.Leaves.Forgotten > 0:
		return "forgotten"
	}
	return "successful"
}

// ratio writes n of total, briefly when there are many.
func ratio(n, total int) string {
	if total < 100_000 {
		return fmt.Sprintf("%d/%d", n, total)
	}
	return fmt.Sprintf("%d%% of %s", int(int64(n)*100/int64(total)), short(total))
}

func short(n int) string {
	switch {
	case n >= 10_000_000:
		return strconv.Itoa(n/1_000_000) + "M"
	case n >= 10_000:
		return strconv.Itoa(n/1000) + "k"
	}
	return strconv.Itoa(n)
}

// ago writes a duration in its largest unit.
func ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(max(d, 0).Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dd", int(d.Hours()/24))
}

func labels(m map[string]string) string {
	list := make([]string, 0, len(m))
	for k, v := range m {
		list = append(list, k+"="+v)
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

// age is a duration that may be given in days, a flag's value.
type age time.Duration

func (d *age) Type() string { return "duration" }

// String gives nothing for the default: there is no bound.
func (d *age) String() string {
	if *d == 0 {
		return ""
	}
	return time.Duration(*d).String()
}

// Set takes what time.ParseDuration takes, and whole days: 7d.
func (d *age) Set(s string) error {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		*d = age(n) * age(24*time.Hour)
		return err
	}
	v, err := time.ParseDuration(s)
	if err == nil && v <= 0 {
		err = fmt.Errorf("it must be positive")
	}
	*d = age(v)
	return err
}
