package main

import (
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/seed-1c955bc8/bunch/encoding/jsonline"
	"github.com/seed-1c955bc8/bunch/result"
)

func (a *app) newVerb() *cobra.Command {
	var (
		labels  []string
		members string
	)
	cmd := &cobra.Command{
		Use:   "new {N | --members FILE}",
		Short: "Save a group whose results others will report",
		Long: `New saves a group and prints its id: of N tasks, whose ids it makes, or of the
tasks whose ids stand in a file, one a line ('-' is standard input). With -o
json it prints the ids of the tasks too. Report results with 'bunch report'; a
result may have been reported before.`,
		Example: `  bunch new 3 -o json
  seq -f task-%g 10 | bunch new --members - --label night=1`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			if (len(args) == 1) == cmd.Flags().Changed("members") {
				return usage("give either the number of tasks or --members FILE")
			}
			kv, err := parseLabels(labels)
			if err != nil {
				return err
			}
			root := result.NewRoot(time.Now())
			tree := result.Group(root.ID(0))
			if len(args) == 1 {
				n, err := strconv.ParseUint(args[0], 10, 32)
				if err != nil {
					return usage("%q is no number of tasks: 0 to %d", args[0], uint32(1<<32-1))
				}
				if n > 0 {
					tree = tree.Append(result.Tasks(root, 1, int(n)))
				}
			} else if tree, err = a.membersFrom(cmd, tree, members); err != nil {
				return err
			}
			if err := tree.Validate(); err != nil { // before a store is made for it
				return err
			}
			return a.make(ctx, false, func(s *share) error {
				if _, err := s.Save(ctx, tree, result.Attributes{Labels: kv}); err != nil {
					return err
				}
				if a.output == asJSON {
					return a.withMembers(tree)
				}
				return a.announce(tree.ID())
			})
		},
	}
	cmd.Flags().StringArrayVar(&labels, "label", nil, "K=V to find the group by; may be repeated")
	cmd.Flags().StringVar(&members, "members", "", "file of task ids, one a line; - is standard input")
	return cmd
}

func (a *app) membersFrom(cmd *cobra.Command, tree result.Tree, name string) (result.Tree, error) {
	file := a.in
	if name != "-" {
		var err error
		if file, err = os.Open(name); err != nil {
			return tree, err
		}
		defer file.Close()
	}
	lines, err := readLines(cmd.Context(), file, false)
	if err != nil {
		return tree, fmt.Errorf("read %q: %w", name, err)
	}
	tasks := make([]result.Tree, len(lines))
	for i, id := range lines {
		tasks[i] = result.Task(result.ID(id))
	}
	return tree.Append(tasks...), nil
}

// withMembers writes a group's id with those of its tasks, piece by piece: there
// may be millions.
func (a *app) withMembers(tree result.Tree) error {
	b := append(jsonline.AppendText([]byte(`{"id":`), string(tree.ID())), `,"members":[`...)
	sep := ""
	for m := range tree.Leaves() {
		b = jsonline.AppendText(append(b, sep...), string(m.ID()))
		sep = ","
		if len(b) > 32<<10 {
			if _, err := a.out.Write(b); err != nil {
				return err
			}
			b = b[:0]
		}
	}
	return a.line(append(b, `]}`...))
}
