// Package torture tries to make a store lose something. Each of its tests is a
// claim of store/RELIABILITY.md, which has the command of the long form and what
// came of it; go test alone runs a short form of each.
//
// The tests that kill share one load, script_test.go: 64 goroutines in a process
// of their own (victim_test.go) write to a store, each by a script that follows
// from the seed, and say aloud what the store answered. The test holds a witness
// (witness_test.go): it goes through the same scripts, knows by package memstore
// what had to be answered, and compares what the store has afterwards.
package torture
