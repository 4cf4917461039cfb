package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/seed-1c955bc8/bunch/bench/suite"
)

// Import takes over w.Members documents of Celery's with the program, under the
// edge profile: tasks' alone, or with a group's for every nine of them. The cost is that of
// one document; in bytes, it is the most anonymous memory. Beside it stands what
// it costs Celery to store as many kinds of documents in Redis without
// persistence.
var importers = []special{
	{suite.Kind{Name: "bunch-edge-tasks", Durable: true, Note: "tasks alone"}, importDocs(false)},
	{suite.Kind{Name: "bunch-edge-groups", Durable: true, Note: "a group for every nine tasks"}, importDocs(true)},
}

func importDocs(groups bool) starter {
	return func(w suite.Workload, dir string) (suite.Session, error) {
		bin, err := buildBunch(dir)
		if err != nil {
			return nil, err
		}
		docs := filepath.Join(dir, "docs")
		if err := os.WriteFile(docs, documents(w.Members, groups), 0o600); err != nil {
			return nil, err
		}
		return rounds(func(count int) (suite.Sample, error) {
			var most int64
			began := time.Now()
			for range count {
				to := filepath.Join(dir, "store")
				if err := os.RemoveAll(to); err != nil {
					return suite.Sample{}, err
				}
				anon, err := mostMemory(exec.Command(bin, "--store", to, "--profile", "edge", "import", "--strict", docs))
				if err != nil {
					return suite.Sample{}, err
				}
				most = max(most, anon)
			}
			took := time.Since(began)
			if w.Unit == suite.Bytes {
				return suite.Sample{Value: float64(most), Took: took}, nil
			}
			return suite.Sample{Value: float64(took) / float64(count*w.Members), Took: took}, nil
		}), nil
	}
}

// documents is what Celery would have stored.
func documents(n int, groups bool) []byte {
	var docs bytes.Buffer
	var members []string
	for i := range n {
		if groups && len(members) == 9 {
			fmt.Fprintf(&docs, `{"result": [["%s", null], [[["%s", null], null]]]}`+"\n",
				uuid.NewString(), strings.Join(members, `", null], null], [["`))
			members = members[:0]
			continue
		}
		id := uuid.NewString()
		members = append(members, id)
		fmt.Fprintf(&docs, `{"status": "SUCCESS", "result": {"n": %d, "text": "some words of a value"}, "traceback": null, `+
			`"children": [], "date_done": "2026-11-22T13:09:29.921905+00:00", "task_id": "%s"}`+"\n", i, id)
	}
	return docs.Bytes()
}
