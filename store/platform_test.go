package store

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// Test32Bit: on a 32-bit machine Open refuses before it touches anything.
func Test32Bit(t *testing.T) {
	if strconv.IntSize == 64 {
		t.Skip("this is a 64-bit program: .ci/run platforms runs this one in a 32-bit one")
	}
	dir := t.TempDir()
	for _, o := range []*Options{nil, {InMemory: true}, {ReadOnly: true}} {
		at := dir
		if o != nil && o.InMemory {
			at = ""
		}
		_, err := Open(at, o)
		if err == nil || !strings.Contains(err.Error(), "32-bit") || !strings.Contains(err.Error(), "64-bit machine") {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("the refused opening left %v, %v", entries, err)
	}
}
