// Bench measures what the store costs: beside the floor, which is raw Badger
// moving the same bytes, and beside what a program would use instead.
//
//	go run ./bench -quick               in under a minute, with SQLite and bbolt
//	go run ./bench                      in a quarter of an hour, with Redis and Celery too
//	go run ./bench -o json              an array of rows; -o bench is for benchstat
//	go run ./bench -plot plots          draws SVG into a folder
//	go run ./bench -ops join,report -engines bunch,floor
//
// Progress goes to standard error. The table ends with the project's bars and
// whether this run met them; a bar that was not met is no error. The run that is
// kept in bench/results is made, and the README brought in line, by
//
//	go run ./bench -results bench/results && go generate ./bench
//
// # A row
//
// {op, engine, n, durable, median_ns, spread, ratio_floor, ratio_ours}: the median
// of the rounds, in nanoseconds for one operation or member (seven rounds, three
// of what takes seconds; in a quick run four, and one); how far apart the fastest
// and the slowest round were, as a share of the median; and the median over the
// floor's and over ours. Ratios are time over time: 1 is equal, 2 is twice as slow.
// The floor of an engine of ours is the one with the same
// settings, else the first in the contest; ours is the first engine whose name
// begins with bunch, the durable one wherever it takes part. An engine that is
// not installed has null for figures and a further field, missing, that says why;
// null is also a ratio that does not exist, as in a contest without a floor.
//
// Where it is not time that counts, a field unit says so, and median_ns is a
// number of that unit: B, bytes; allocs, allocations of one operation; cpu,
// nanoseconds of processor time a second.
//
// # Operations
//
//	report           n goroutines report, each waits for its own     a report
//	report-one       one goroutine; the floor: one raw transaction   a report
//	report-many      n results in a call; the floor: a WriteBatch    a result
//	save             a flat group of n minted tasks                  a group
//	save-nested      the same, in groups of 100                      a group
//	save-foreign     n random UUIDs; the floor: a WriteBatch         a member
//	restore          a flat group of n minted tasks by its id        a group; B: what that allocates
//	restore-foreign  and all its ids are ranged over as text         a member
//	progress         progress, ready, completed count, in turn       a question
//	join             n results that are done, in member order        a member
//	stream           group.All over n results that are done          a member; B: live heap above the start
//	open             a store of n results                            an opening
//	size             n results of 1,000 bytes, closed                B on disk
//	wake             from Report to Wait's return; not synced        a task; the floor: the commit alone
//	wake (cpu)       n waiters wait and nothing happens              processor time of the process
//	encode, decode   a result's record                               a record; allocs
//	run              bunch run of n × true, beside xargs -P          a task
//	memory           n results, edge, GOMEMLIMIT=48MiB, read         B of anonymous memory
//	import           n documents of Celery's, edge                   a document; B of anonymous memory
//
// N is a number of goroutines for report and report-one, of results in a call for
// report-many. Engines named -fresh answer the first question after an opening.
// Opening verifies every table: the store does so itself, and the floor leaves it
// to Badger (OnTableRead) there. Package suite has a file an operation; workloads.go has sizes and who takes part.
//
// # Engines
//
//	bunch               durable: synced before it answers
//	bunch-edge          the same, with the edge profile
//	bunch-nosync        survives a kill; a power cut loses the last seconds
//	bunch-memory        in memory
//	memstore            package memstore, in memory
//	floor, floor-...    raw Badger with the same settings, and as durable
//	sqlite-...          two tables by hand, WAL, synchronous=FULL: durable. One
//	                    transaction a report; -batched: those that wait share one
//	bbolt               DB.Batch: durable
//	redis-off, ...      Celery's keys by go-redis: appendonly no (in memory),
//	                    everysec (loses two seconds), always (durable)
//	celery-redis        Celery itself, appendonly no: in memory
//	celery-filesystem   Celery itself: as bunch-nosync
//
// The floor writes the same keys, and values of the same length, as the store
// does in the operation; its committer, too, takes all that waits into one
// transaction and then wakes who waits. It has its records ready beforehand and
// looks nothing up, counts nothing, checks nothing: what is above the floor is
// the price of the laws. Its settings are compared with the store's as Badger
// sees them, and its bytes with the store's key by key, by tests.
//
// The peers do the same work: the first result of a task stands, and what was
// saved can be asked for. They are in a module and a process of their own, in
// bench/peers, and need Go 1.26 and a C compiler; servers are started on loopback
// and ended by them. Celery is one process, as a worker is, with the reporters as
// its threads.
//
// # Why to trust it
//
// All engines of a contest are prepared first, each in a fresh folder, and warmed
// up. Then they take turns, round by round, in an order that is drawn for each:
// what the machine does in the meantime, it does to all, and nobody always comes
// after the same one. Before each turn garbage is collected, and what is still to
// be written to the disk is. How many operations make a round is found for each, so
// that rounds take about as long. The same code drives every engine, values are the
// same bytes, and what an engine answers is looked at: how many members, how many
// bytes. Preparing ids, saving groups to report into, and opening are outside of
// what is measured unless they are it.
//
// Compare figures of one run only, and look at the spread first: on a machine with
// other work a synced write may vary tenfold. On a file system in memory nothing
// is ever synced; -dir says where the engines' files go.
package main

//go:generate go run . -readme ../README.md -results results
