package celery_test

import (
	"testing"

	. "github.com/seed-1c955bc8/bunch/encoding/celery"
)

func BenchmarkParse(b *testing.B) {
	for name, line := range map[string]string{
		"success":  task(`"SUCCESS"`, `{"k0": 828658662258924, "k1": 327921.67203896225}`, "null"),
		"failure":  task(`"FAILURE"`, `{"exc_type": "KeyError", "exc_message": ["missing"], "exc_module": "builtins"}`, `"Traceback"`),
		"extended": exact[len(exact)-3],
		"group":    exact[1],
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(line)))
			for b.Loop() {
				if _, err := Parse([]byte(line)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
