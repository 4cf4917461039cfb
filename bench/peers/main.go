// Peers are the engines that a program would use instead, as a process of their
// own: so the library's go.mod stays clean of their drivers, and they have a
// garbage collector to themselves. It is started by go run ./bench and speaks
// the protocol of package suite on standard input and output.
package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/seed-1c955bc8/bunch/bench/suite"
)

func main() {
	if err := suite.Serve(os.Stdin, os.Stdout, slices.Concat(sqlites, bbolts, redises)); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}
