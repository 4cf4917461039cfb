package result_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/seed-1c955bc8/bunch"

// rules says for each package what it may import beside the standard library,
// other folders of the module by their short names; its folders inherit the rule
// unless they have their own. Whoever adds a line to may has an arrow to draw in
// the picture; whoever wants what stands in not has its reason to answer.
//
// The test stands here because here is where all arrows end.
var rules = map[string]struct {
	may   []string
	tests []string          // what only _test.go files may import, beside the package itself
	not   map[string]string // why not, where somebody is likely to ask
}{
	"result": {
		may: []string{"github.com/google/uuid"},
		not: map[string]string{
			"encoding": "a word does not know its bytes: formats come and go, and encoding imports result",
			"group":    "a word does not know its meaning: group imports result",
			"store":    "whoever only names results should not get an engine with the names",
		},
	},
	"encoding": {
		may: []string{"result", "github.com/fxamacker/cbor/v2"},
		not: map[string]string{
			"group":                          "bytes do not depend on meaning: what was written stays readable when behaviour changes",
			"store":                          "a program may read and write records without an engine, such as a client in another process",
			"github.com/dgraph-io/badger/v4": "the bytes are the same in every engine",
		},
	},
	"encoding/celery": {
		may: []string{"result", "encoding"},
		not: map[string]string{
			"group":                        "documents are words and bytes; what they mean is not asked while they are read",
			"store":                        "whoever only reads Celery's documents should not get an engine with them",
			"github.com/fxamacker/cbor/v2": "there is one place that knows CBOR, encoding",
		},
	},
	"encoding/jsonline": {
		may: []string{"result", "encoding"},
		not: map[string]string{
			"group": "a line says what was found; finding it is for the command line and the web interface, which both print it",
			"store": "whoever only prints results should not get an engine with the lines",
		},
	},
	"group": {
		may:   []string{"result"},
		tests: []string{"encoding", "encoding/celery", "store", "store/memstore", "go.uber.org/goleak"},
		not: map[string]string{
			"store":                          "group declares the Backend it needs, and runs on any: an engine of its own would be the only one",
			"store/memstore":                 "as for store: even the plain engine is one of many",
			"encoding":                       "values reach group as a Backend's Codec writes them, which need not be CBOR",
			"github.com/dgraph-io/badger/v4": "meaning must not lean on what one engine happens to do",
			"group/web":                      "whoever runs tasks should not get a web interface with them",
			"github.com/prometheus":          "a program chooses how it is watched: only group/web/metrics knows Prometheus",
		},
	},
	"group/web": {
		may:   []string{"result", "group", "group/web/api", "group/web/metrics", "group/web/page"},
		tests: []string{"encoding", "store", "store/memstore", "store/remote", "go.uber.org/goleak"},
		not: map[string]string{
			"store":                          "it shows any Backend, one in another process too: whoever mounts it chooses the engine",
			"store/remote":                   "as for store",
			"github.com/dgraph-io/badger/v4": "a dashboard must not lean on one engine",
		},
	},
	"group/web/api": {
		may:   []string{"result", "group", "encoding/jsonline"},
		tests: []string{"encoding", "store/memstore", "go.uber.org/goleak"},
		not: map[string]string{
			"store":     "it shows any Backend, one in another process too",
			"group/web": "the guards are around it: web mounts it and not the other way round",
		},
	},
	"group/web/metrics": {
		may:   []string{"result", "group", "github.com/prometheus/client_golang"},
		tests: []string{"store/memstore"},
		not: map[string]string{
			"store":     "it counts in any Backend, one in another process too",
			"group/web": "the guards are around it: web mounts it and not the other way round",
		},
	},
	"group/web/page": {
		may:   []string{"result", "group", "encoding", "encoding/jsonline"},
		tests: []string{"group/web", "store", "store/memstore", "github.com/chromedp/chromedp", "github.com/chromedp/cdproto", "go.uber.org/goleak"},
		not: map[string]string{
			"store":                        "it shows any Backend, one in another process too",
			"group/web":                    "the guards are around it: web mounts it and not the other way round",
			"group/web/api":                "a page is made on the server, from the Backend itself: the JSON interface is for programs",
			"github.com/chromedp/chromedp": "a browser looks at the page in tests only",
		},
	},
	"store": {
		// Badger's tables are read before Badger does: compressed blocks, and
		// checksums as protocol buffers. Its stream writer takes ristretto's buffers.
		may: []string{"result", "encoding", "store/remote", "github.com/dgraph-io/badger/v4", "golang.org/x/sys", "github.com/google/uuid",
			"github.com/klauspost/compress", "google.golang.org/protobuf", "github.com/dgraph-io/ristretto/v2"},
		tests: []string{"group", "encoding/celery", "store/memstore", "store/storetest", "go.uber.org/goleak"},
		not: map[string]string{
			"group":           "an engine satisfies the contract without importing it, so the two can change apart; only tests compare them",
			"store/memstore":  "the plain engine judges this one, so this one must not be made of it",
			"store/storetest": "tests do not belong into programs",
		},
	},
	"store/memstore": {
		may:   []string{"result", "encoding"},
		tests: []string{"group", "store/storetest", "go.uber.org/goleak"},
		not: map[string]string{
			"store":                          "it judges that engine, so it must not share its mistakes",
			"github.com/dgraph-io/badger/v4": "who wants plain code in memory should not get a database with it",
			"group":                          "an engine satisfies the contract without importing it",
		},
	},
	"store/remote": {
		may:   []string{"result", "encoding", "github.com/fxamacker/cbor/v2", "golang.org/x/sys", "golang.org/x/sync"},
		tests: []string{"group", "store", "store/memstore", "store/storetest", "go.uber.org/goleak"},
		not: map[string]string{
			"store":                          "whoever only talks to a store should not get an engine with the socket",
			"github.com/dgraph-io/badger/v4": "whoever only talks to a store should not get a database with it",
			"group":                          "an engine satisfies the contract without importing it",
		},
	},
	"store/storetest": {
		may: []string{"result", "group", "store/memstore", "encoding"},
		not: map[string]string{
			"store":                          "the laws are every engine's; what only this engine promises is tested in store",
			"github.com/dgraph-io/badger/v4": "the laws are every engine's",
		},
	},
	"store/torture": {
		tests: []string{
			"result", "encoding", "group", "store", "store/memstore", "store/storetest", "github.com/anishathalye/porcupine",
			"github.com/dgraph-io/badger/v4", "golang.org/x/sys", "go.uber.org/goleak",
		},
	},
	"bench": {may: []string{
		"result", "encoding", "group", "store", "store/memstore", "github.com/dgraph-io/badger/v4", "github.com/google/uuid",
		"github.com/jedib0t/go-pretty/v6", "gonum.org/v1/plot", "github.com/fxamacker/cbor/v2",
	}},
	"cmd": {
		may: []string{
			"result", "encoding", "encoding/celery", "encoding/jsonline", "group", "group/web", "store", "store/remote", "golang.org/x/sys", "golang.org/x/net", "github.com/spf13/cobra",
			"github.com/schollz/progressbar/v3", "github.com/jedib0t/go-pretty/v6", "golang.org/x/term",
			"charm.land/bubbletea/v2", "charm.land/lipgloss/v2", "github.com/charmbracelet/x/ansi",
		},
		tests: []string{"store/memstore", "github.com/rogpeppe/go-internal", "go.uber.org/goleak"},
		not:   map[string]string{"github.com/dgraph-io/badger/v4": "what the command line needs of the engine, a library user needs of store"},
	},
}

// never holds for everybody.
var never = map[string]string{
	"cmd":   "programs are not imported",
	"bench": "measurements are not imported",
	"C":     "the module is built with CGO_ENABLED=0 for every platform",
}

// TestImports reads every Go file of the module, whatever platform it is for.
func TestImports(t *testing.T) {
	seen := map[string]int{}
	err := filepath.WalkDir("..", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			_, own := os.Stat(filepath.Join(file, "go.mod"))
			if name := d.Name(); name != ".." && (own == nil || name == "testdata" || strings.ContainsAny(name[:1], "._")) {
				return filepath.SkipDir // another module, or not for the go command
			}
			return nil
		}
		if filepath.Ext(file) != ".go" {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel("..", file)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			seen[path.Dir(rel)]++
			if why := forbidden(rel, imported); why != "" {
				t.Errorf("%s imports %s: %s", rel, imported, why)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for dir := range rules {
		if seen[dir] == 0 && dir != "cmd" { // whose packages are one folder down
			t.Errorf("there is a rule for %s but no import in it", dir)
		}
	}
}

// forbidden says why the file, named from the module's folder, must not import
// what it does; empty if it may.
func forbidden(file, imported string) string {
	what := strings.TrimPrefix(imported, module+"/")
	own := what != imported
	dir := path.Dir(file)
	test := strings.HasSuffix(file, "_test.go")
	if !own && imported != "C" && !strings.Contains(strings.Split(imported, "/")[0], ".") {
		return "" // the standard library
	}
	if what == dir && test {
		return "" // a test in its own package's _test
	}
	for taboo, why := range never {
		if (own || taboo == "C") && within(what, taboo) && !(what != taboo && within(what, dir)) {
			return why
		}
	}
	home := dir
	for rules[home].may == nil && rules[home].tests == nil {
		if home == "." || !strings.Contains(home, "/") {
			return "nobody has said what " + dir + " may import: give it a rule in result/imports_test.go"
		}
		home = path.Dir(home)
	}
	rule := rules[home]
	if what != home && within(what, home) && rules[what].may == nil {
		return "" // a folder that shares the rule
	}
	allowed := rule.may
	if test {
		allowed = append(slices.Clone(allowed), rule.tests...)
	}
	for _, a := range allowed {
		if what == a || within(what, a) && rules[what].may == nil {
			return ""
		}
	}
	for no := what; no != "."; no = path.Dir(no) { // the closest reason
		if why := rule.not[no]; why != "" {
			return why
		}
	}
	return "no rule allows it: draw the arrow in result/imports_test.go, or find another way"
}

func within(what, dir string) bool { return what == dir || strings.HasPrefix(what, dir+"/") }

// TestForbidden sees the rules refuse, and refuse for the right reason.
func TestForbidden(t *testing.T) {
	own := func(dir string) string { return module + "/" + dir }
	for _, c := range []struct{ file, imported, why string }{
		{"result/id.go", "os", ""},
		{"result/id.go", "github.com/google/uuid", ""},
		{"result/id_test.go", own("result"), ""},
		{"store/disk.go", "golang.org/x/sys/unix", ""},
		{"store/contract_test.go", own("group"), ""},
		{"encoding/celery/doc.go", own("encoding"), ""},
		{"group/join.go", own("encoding/celery"), "Codec"},
		{"cmd/bunch/run.go", own("encoding/celery"), ""},
		{"cmd/bunch/run.go", own("cmd/bunch/table"), ""},

		{"result/id.go", own("store"), "with the names"},
		{"result/id.go", own("store/memstore"), "with the names"},
		{"result/id_test.go", own("group"), "meaning"},
		{"result/id.go", "github.com/fxamacker/cbor/v2", "no rule"},
		{"result/id.go", "golang.org/x/sys/unix", "no rule"},
		{"encoding/celery/doc.go", own("group"), "what they mean"},
		{"encoding/tree.go", own("group"), "bytes do not depend"},
		{"store/save.go", own("encoding/celery"), "no rule"},
		{"group/join.go", own("store"), "declares"},
		{"group/join.go", own("group/web"), "web interface"},
		{"group/join.go", "github.com/prometheus/client_golang/prometheus", "watched"},
		{"group/web/metrics/count.go", "github.com/prometheus/client_golang/prometheus", ""},
		{"group/web/handler.go", own("group/web/api"), ""},
		{"group/web/handler.go", own("store"), "chooses the engine"},
		{"group/web/api/group.go", own("group/web"), "guards"},
		{"group/join.go", own("store/memstore"), "one of many"},
		{"group/join.go", "go.uber.org/goleak", "no rule"},
		{"store/open.go", own("group"), "without importing it"},
		{"store/open.go", own("store/memstore"), "judges"},
		{"store/open.go", own("store/storetest"), "into programs"},
		{"store/memstore/save.go", "github.com/dgraph-io/badger/v4/options", "database"},
		{"store/memstore/save_test.go", own("store"), "mistakes"},
		{"store/storetest/laws.go", own("store"), "every engine's"},
		{"store/remote/client.go", own("group"), "without importing it"},
		{"store/remote/client.go", own("store"), "with the socket"},
		{"store/serve.go", own("store/remote"), ""},
		{"group/web/page/one.go", own("group/web/api"), "for programs"},
		{"group/web/page/one.go", "github.com/chromedp/chromedp", "tests only"},
		{"group/web/page/browser_test.go", "github.com/chromedp/cdproto/emulation", ""},
		{"cmd/bunch/run.go", "github.com/dgraph-io/badger/v4", "library user"},
		{"cmd/bunch/run.go", own("bench"), "measurements"},
		{"bench/floor.go", own("cmd/bunch"), "programs"},
		{"store/open.go", "C", "CGO_ENABLED"},
		{"util/util.go", own("result"), "nobody has said"},
	} {
		why := forbidden(c.file, c.imported)
		if c.why == "" && why != "" || !strings.Contains(why, c.why) {
			t.Errorf("%s importing %s: %q, want %q", c.file, c.imported, why, c.why)
		}
	}
}
