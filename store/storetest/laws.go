package storetest

// laws are the laws of the project, in order, and then what the comments of
// group.Backend promise beside them.
var laws = []law{
	{"L01_first_ready_state_wins", "a ready result (SUCCESS, FAILURE, REVOKED) never changes; the first one wins, atomically. " +
		"A later report is no error: it says that it was not applied, and what stands. Only Retry reopens FAILURE, REVOKED or what was " +
		"forgotten, nothing reopens SUCCESS, and a report that names an older attempt is not applied.", firstReady},
	{"L02_counts_equal_a_recount", "counts equal a recount of the results, at every moment, after any crash.", counts},
	{"L03_settling_is_announced_once", "each passage of a group from unsettled to settled (by Report, Save, Revoke or Forget) is announced by " +
		"exactly one operation. Retry may cause another.", settling},
	{"L04_acknowledged_writes_survive", "an acknowledged write survives a kill at any moment.", durable},
	{"L05_four_answers", "unknown, empty, pending and forgotten are four answers. An unknown group is ErrNotFound, a saved member nobody " +
		"reported is PENDING, and waiting for what was forgotten or has expired returns an error at once, never hangs.", answers},
	{"L06_member_order", "results come in member order, each member exactly once; what becomes ready later is told in the order in which it " +
		"was applied.", order},
	{"L07_waiting_ends", "waiting returns if and only if the group is ready, the context ends, or the group goes away.", waiting},
	{"L08_expiry", "a group and its results expire together, counted from the moment it settled; an unsettled group does not expire unless a " +
		"maximum age was asked for. A result that several saved groups name expires with the last of them, a lone one after the retention " +
		"from its report.", expiry},
	{"L09_delete_forget_purge", "Delete removes the saved group. Forget removes the results of its leaves and of their ancestors, not the " +
		"group's own parent; a forgotten member shows as PENDING, is counted as forgotten, takes no report until Retry, and counts as settled " +
		"for expiry only. Purge is both, in one step. All are idempotent, touch no result that the tree does not name, and a shared result is " +
		"forgotten in every group that names it.", forgetting},
	{"L10_nested_groups_count", "nested groups count: direct (a nested group is 1, complete when wholly successful) and by leaves (every " +
		"state), under two names.", nested},
	{"L11_ids_are_opaque", "ids are opaque UTF-8 text of 1 to 255 bytes; NUL, '/', and one id being the prefix of another change nothing.", ids},
	{"L12_members_are_named_once", "a tree names each member once; a duplicate id is refused with an error that names it.", once},
	{"L13_saving_again", "saving the same tree again changes nothing; a tree that only adds members, each at the end of its group, is taken " +
		"while the group has not settled or is empty; any other tree under a used id is ErrExist and changes nothing. Only the saved root's id " +
		"counts as used; nested copies are independent, and Restore of one that was not saved itself is ErrNotFound.", savingAgain},
	{"L14_nothing_aliases", "nothing returned aliases the store; nothing passed in is kept; calling the backend while ranging over results " +
		"does not block.", aliasing},
	{"L15_cancelled_context", "a cancelled context stops, and the write has either happened as a whole or not at all.", cancelled},
	{"L16_bad_input_is_refused", "bytes that are not ours, or are damaged, are refused with an error that says how; never a panic, never " +
		"unbounded memory, and nothing of the call is applied.", damage},
	{"L17_order_of_arrival", "order of arrival does not matter: a result may be reported before its group is saved, or belong to no group; " +
		"from the moment a group is saved it counts there, once. A task of several saved groups has one result, and counts in each.", arrival},

	{"List", "List gives pages, the last created first, and the cursor of the next page, empty after the last; a group that comes or goes " +
		"between two pages never makes another be missed or come twice.", listing},
	{"Find", "Find gives the saved groups that have an id in their tree, as the group itself, a nested group or a task, in the order of their " +
		"creation; a parent does not count.", finding},
	{"Watch", "the first event of a watch comes at once and names nothing; what happens after it has begun is not missed; no writer waits for a " +
		"watcher.", watching},
	{"Attributes", "what is saved beside a tree comes back as it was saved first; inputs are read on request and stay until the last group " +
		"that names the task goes.", attributes},
	{"Details", "what a task has started and how it was asked for come back as reported, shared with nobody; a report says all of a result but for the " +
		"request, which stays until another comes; Retry keeps the request and drops the children, Forget drops both; what could not be read " +
		"again is refused.", details},
	{"Close", "after Close every method gives ErrClosed, and every watch has ended with it.", closing},
	{"Codec", "a value goes to the bytes of one CBOR item and back.", codec},
}
