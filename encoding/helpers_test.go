package encoding

import (
	"encoding/hex"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed-1c955bc8/bunch/result"
)

// testRoot is a root as result.NewRoot makes them, but always the same.
var testRoot = result.Root{0x01, 0x9a, 0xbc, 0xde, 0xf0, 0x12, 0x83, 0x45, 0x86, 0x78, 0x9a, 0xbc}

const testUUID = "f47ac10b-58cc-4372-a567-0e02b2c3d479"

var testTime = time.Date(2026, 3, 14, 15, 9, 26, 535897000, time.UTC)

// unhex turns hex digits, with spaces anywhere, into bytes.
func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// newRand is random but can be had again: it prints its seed, and takes one from
// BUNCH_SEED.
func newRand(t testing.TB) *rand.Rand {
	seed := rand.Uint64()
	if s := os.Getenv("BUNCH_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("BUNCH_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}
