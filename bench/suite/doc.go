// Package suite is what the benchmark and its peers share: the workloads' terms,
// the small interface that every engine satisfies, how each operation is
// measured, and the protocol by which engines in other processes take part.
//
// The same code drives all engines, so all do the same work. See the
// documentation of bench for what the operations are and what is promised.
package suite
