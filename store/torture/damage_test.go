package torture

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/seed-1c955bc8/bunch/store/storetest"
)

var (
	damageFlips  = flag.Int("damage.flips", 1, "at how many positions of a file TestDamage flips a bit")
	damageSample = flag.Float64("damage.sample", 0.1, "which part of the other damages TestDamage tries")
)

// A damage is done to one file of a store.
type damage struct {
	file, kind string
	what       string
	do         func(path string) error
}

// TestDamage damages a store in every way that a disk or a person does, opens it
// in a process of its own, reads everything, and opens it once more. Whatever was
// done, all is there, or somebody says that it is not.
func TestDamage(t *testing.T) {
	notUnderRace(t)
	seed := storetest.Seed(t)
	t.Logf("BUNCH_SEED=%d", seed)
	table := map[string]map[string]int{}
	var failed []string
	for name, key := range map[string][]byte{"plain": nil, "encrypted": []byte("0123456789abcdef")} {
		rng := rand.New(rand.NewPCG(seed, uint64(len(name))))
		dir, err := buildStore(filepath.Join(t.TempDir(), "store"), key, 1)
		if err != nil {
			t.Fatal(err)
		}
		other, err := buildStore(filepath.Join(t.TempDir(), "other"), key, 2)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := outcome(copyDir(t, dir), key)
		if verdict, why := judge(want, want); verdict != "whole" {
			t.Fatalf("the undamaged store: %s %s", verdict, why)
		}
		var mu sync.Mutex
		pool := make(chan func())
		var workers sync.WaitGroup
		for range runtime.NumCPU() {
			workers.Go(func() {
				for work := range pool {
					work()
				}
			})
		}
		for _, d := range damages(t, rng, dir, other) {
			if key != nil && d.kind != "data/KEYREGISTRY" && rng.IntN(5) > 0 {
				continue // the encrypted store is there for its keys, and little else
			}
			pool <- func() {
				at := filepath.Join(t.TempDir(), "damaged")
				if err := os.CopyFS(at, os.DirFS(dir)); err != nil {
					t.Error(err)
					return
				}
				defer os.RemoveAll(at)
				if err := d.do(filepath.Join(at, d.file)); err != nil {
					t.Error(err)
					return
				}
				got, err := outcome(at, key)
				if err != nil {
					t.Error(err)
				}
				verdict, why := judge(got, want)
				mu.Lock()
				defer mu.Unlock()
				row := d.kind + " " + strings.Fields(d.what)[0]
				if table[row] == nil {
					table[row] = map[string]int{}
				}
				table[row][verdict]++
				if slices.Index(verdicts, verdict) >= slices.Index(verdicts, "SILENT") {
					failed = append(failed, fmt.Sprintf("%s: %s, %s, %s: %s", verdict, name, d.file, d.what, why))
				}
			}
		}
		close(pool)
		workers.Wait()
	}
	t.Log(printed(table))
	slices.Sort(failed)
	for _, f := range failed {
		t.Error(f)
	}
}

var digits = regexp.MustCompile(`\d+`)

// damages lists what to do to each file of a store; other is another store.
func damages(t *testing.T, rng *rand.Rand, dir, other string) (list []damage) {
	t.Helper()
	files := map[string][]string{} // by kind
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			kind := digits.ReplaceAllString(path, "*")
			files[kind] = append(files[kind], path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for kind, paths := range files {
		for i, path := range paths {
			data, err := os.ReadFile(filepath.Join(dir, path))
			if err != nil {
				t.Fatal(err)
			}
			add := func(what string, do func(string) error) {
				if rng.Float64() < *damageSample || strings.HasPrefix(what, "flipped") {
					list = append(list, damage{path, kind, what, do})
				}
			}
			used := len(bytes.TrimRight(data, "\x00")) // logs are longer than what is in them
			for _, n := range []int{0, 1, used / 4, used / 2, used * 3 / 4, used - 1, used} {
				if n >= 0 && n < len(data) {
					add(fmt.Sprint("truncated to ", n), func(path string) error { return os.Truncate(path, int64(n)) })
				}
			}
			for range min(*damageFlips, 8*used) {
				at, bit := rng.IntN(used), rng.IntN(8)
				add(fmt.Sprintf("flipped bit %d of byte %d of %d", bit, at, used), func(path string) error {
					bad := bytes.Clone(data)
					bad[at] ^= 1 << bit
					return os.WriteFile(path, bad, 0o600)
				})
			}
			add("zeroed", func(path string) error { return os.WriteFile(path, make([]byte, len(data)), 0o600) })
			add("deleted", os.Remove)
			for _, from := range []string{filepath.Join(other, path), filepath.Join(dir, paths[(i+1)%len(paths)])} {
				if swap, err := os.ReadFile(from); err == nil && !bytes.Equal(swap, data) {
					add("swapped with "+from, func(path string) error { return os.WriteFile(path, swap, 0o600) })
				}
			}
			if next := paths[(i+1)%len(paths)]; next != path {
				add("exchanged for "+next, func(at string) error {
					other := strings.TrimSuffix(at, path) + next
					return errors.Join(os.Rename(other, other+".x"), os.Rename(at, other), os.Rename(other+".x", at))
				})
			}
		}
	}
	return list
}
