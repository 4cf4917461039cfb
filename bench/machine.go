package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strings"
	"time"
)

// describe says what a run was made on and with.
func describe() string {
	var b strings.Builder
	line := func(name, value string) { fmt.Fprintf(&b, "%-10s %s\n", name, value) }
	line("date", time.Now().UTC().Format(time.DateOnly))
	line("commit", first(output("git", "rev-parse", "HEAD")))
	if output("git", "status", "--porcelain", "--untracked-files=no") != "" {
		line("", "with changes that are not committed")
	}
	line("processor", fmt.Sprintf("%s, %d of them in use", processor(), runtime.GOMAXPROCS(0)))
	line("system", first(output("uname", "-srm")))
	line("disk", first(strings.TrimPrefix(output("df", "--output=fstype", os.TempDir()), "Type")))
	line("go", runtime.Version())
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == "github.com/dgraph-io/badger/v4" || m.Path == "github.com/fxamacker/cbor/v2" {
				line("", m.Path+" "+m.Version)
			}
		}
	}
	if root, err := moduleRoot(); err == nil {
		peers := output("go", "-C", root+"/bench/peers", "list", "-m", "modernc.org/sqlite", "github.com/mattn/go-sqlite3", "go.etcd.io/bbolt", "github.com/redis/go-redis/v9")
		for m := range strings.Lines(peers) {
			line("peers", strings.TrimSpace(m))
		}
	}
	line("redis", first(output("redis-server", "--version")))
	line("celery", first(output("/usr/bin/python3", "-c", "import celery, sys; print(celery.__version__, 'on Python', sys.version.split()[0])")))
	line("parallel", first(output("parallel", "--version")))
	return b.String()
}

// output is what a command prints; empty if it cannot.
func output(argv ...string) string {
	out, _ := exec.Command(argv[0], argv[1:]...).Output()
	return strings.TrimSpace(string(out))
}

func first(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	if line == "" {
		return "not there"
	}
	return line
}

// processor is the model of the machine's processor, as Linux has it.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
