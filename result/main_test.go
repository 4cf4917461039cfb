package result_test

import (
	"flag"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

var seedFlag = flag.Uint64("seed", 0, "seed of the random tests; 0: $BUNCH_SEED, else the time")

// random returns the source of a random test, and prints how to repeat it.
func random(t *testing.T) *rand.Rand {
	t.Helper()
	seed := *seedFlag
	if text := os.Getenv("BUNCH_SEED"); seed == 0 && text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("BUNCH_SEED: %v", err)
		}
	}
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d: repeat with -seed or BUNCH_SEED", seed)
	return rand.New(rand.NewPCG(seed, 0))
}
