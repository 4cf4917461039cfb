// Package jsonline is how results and groups look as JSON, one object on one line:
// what the command line prints with -o json and what its web interface answers
// are the same bytes, since both are made here.
//
// A line is put together by hand: encoding/json refuses the tuple of a tree that
// is 10,000 levels deep, and package encoding writes numbers exactly. Like all
// that it and package result write, a line is safe on a terminal. NaN and the
// infinities in a value stand as Python's json module has them, which strict
// readers of JSON refuse. All functions append to dst, and return it; those that
// have an error give encoding.AppendJSON's, for a stored value that has no JSON.
package jsonline
