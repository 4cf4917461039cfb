// Package metrics shows the groups of a store to Prometheus:
//
//	bunch_groups{state}      saved groups: running, successful, failed, or other for
//	                         settled ones of which some was revoked or forgotten
//	bunch_tasks{state}       their tasks by state; a task in two groups counts twice
//	bunch_complete           1 if all groups were counted, 0 if there were too many
//	bunch_collect_seconds    how long the counting took
//
// What a store costs to be watched is bounded. Groups know their counts, so no
// result is read; a count looks at no more than the newest 100,000 groups, takes
// five seconds at most, and serves all who ask within ten. Ids and labels
// are in no metric, and all custom states are one, so there are never more than
// some twenty series. A store that does not answer gives status 500.
package metrics
