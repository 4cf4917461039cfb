//go:build !unix

package suite

import "time"

// processorTime is not known here.
func processorTime() time.Duration { return 0 }
