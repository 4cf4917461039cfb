// Package group gives groups of task results their meaning: it is Celery's
// GroupResult on top of a [Backend] that keeps what tasks report. It imports
// package result, the vocabulary, and no engine; package store keeps results on
// disk, package store/memstore in memory.
//
// # To run many tasks and lose none
//
// [Run] takes inputs and a function and is a durable errgroup: every result is
// recorded as it comes, and after a crash [Resume] runs only what is left. Both
// return the group's [Result].
//
// # To group results that others report
//
// [New] mints a group and its task ids, [Of] takes ids that exist; [Result.Save]
// makes the group durable. Whoever does the work reports to Backend.Report, in any
// order, before or after. [Restore] finds a saved group again.
//
// # To know how far it is
//
// [Result.Progress] counts, in constant time; [Result.Ready], [Result.Successful],
// [Result.Failed], [Result.Waiting] and [Result.CompletedCount] are Celery's
// questions, answered from it. [Result.Watch] gives each change of it.
//
// # To wait
//
// [Result.Wait] sleeps until all is ready, [Join] returns the values in member
// order, [Result.All] gives each result as it comes. [Result.Then] calls a
// function when all is ready, [Result.Throw] asks whether Join would fail by now.
// The context is the only deadline. Nothing polls.
//
// # To follow one task
//
// The handle of a task is Of(b, result.Task(id)). [Get] waits for its value,
// [Result.Async] reads what is stored of it, [Result.Exists] whether anything is.
// [Result.Started] are the tasks it has started; [Result.Deps], [Result.Collect],
// [Leaf] and [Result.Graph] walk on from there.
//
// # To end it
//
// [Result.Revoke] calls off what is not ready and [Result.Retry] reopens what did
// not succeed. [Result.Delete] removes the group and leaves its results,
// [Result.Forget] drops the results and leaves the group, [Result.Purge] is both.
//
// # Where this differs from Celery
//
// All of it on purpose. The first ready state stands, a FAILURE too. Waiting for
// what was forgotten, was deleted or is known to nobody is an error and does not
// hang. Join fails as soon as any member has, not when its turn comes. A deadline
// that has passed is one. Nested groups get the same options and the same
// deadline. Revoke is recorded, for every leaf at any depth.
package group
