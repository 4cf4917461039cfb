"""Celery's own answers about groups in its filesystem backend.

ask DIR      restores the groups whose ids stand on standard input, with U+001F
             between them
write DIR    makes groups, with everything that may be in them, and stores them
Both print a JSON object for each group.
"""
import json
import sys
import time

from celery import Celery
from celery.exceptions import TaskRevokedError
from celery.result import AsyncResult, GroupResult

app = Celery("bunch", backend="file://" + sys.argv[2])
app.conf.result_extended = True


def plain(v):
    if isinstance(v, BaseException):
        return {"exc_type": type(v).__name__, "exc_message": list(v.args)}
    if isinstance(v, (list, tuple)):
        return [plain(x) for x in v]
    return v


def joined(g, propagate):
    try:
        return {"value": plain(g.join(timeout=10, interval=0.01, propagate=propagate, disable_sync_subtasks=False))}
    except Exception as e:
        return {"error": plain(e)}


def answer(gid):
    g = GroupResult.restore(gid, app=app)
    if g is None:
        return {"id": gid, "missing": True}
    a = {"id": gid, "as_tuple": plain(g.as_tuple()), "len": len(g), "ready": g.ready(), "successful": g.successful(),
         "failed": g.failed(), "waiting": g.waiting(), "completed_count": g.completed_count()}
    if a["ready"]:
        a["join"], a["join_no_propagate"] = joined(g, True), joined(g, False)
    return a


def write():
    b = app.backend
    values = [1, -1, 2**63, 2**64, -2**70, 10**40, 0.1, -0.0, 1e300, 5e-324, 1.0, 1e16, float("inf"), float("-inf"), "", "é✓任务😀", "nul\0",
              "\x7f\x1b[31m\u2028", None, True, [], {}, {"k": [1, {"n": None}]}, [["x", None], None], "a" * 70000, list(range(300))]
    errors = [KeyError("missing"), ValueError("bad", 2), ZeroDivisionError("division by zero"), RuntimeError(), OSError(2, "none"), TypeError("é")]
    n = 0

    def task(v=None, state="SUCCESS", parent=None, **kw):
        nonlocal n
        n += 1
        tid = "celery-%d" % n
        if state:
            b.store_result(tid, v, state, **kw)
        return AsyncResult(tid, app=app, parent=parent)

    groups = {
        "values": [task(v) for v in values],
        "errors": [task(1)] + [task(e, "FAILURE", traceback="tb") for e in errors],
        "revoked": [task(1), task(TaskRevokedError("revoked"), "REVOKED")],
        "waiting": [task(1), task({"pid": 1}, "STARTED"), task(ValueError("again"), "RETRY", traceback="tb"), task({"n": 1}, "PROGRESS"), task(state=None)],
        "parents": [task(1, parent=task(2, parent=task(3))), task(2, parent=task(ValueError("before"), "FAILURE"))],
        "empty": [],
    }
    inner = GroupResult("inner", [task(7), task(8)])
    groups["nested"] = [task(0), inner, GroupResult("hollow", []), task(9)]
    for gid, results in groups.items():
        GroupResult(gid, results, parent=task(1) if gid == "nested" else None).save(backend=b)
    return list(groups)


for gid in write() if sys.argv[1] == "write" else sys.stdin.read().split("\x1f"):
    print(json.dumps(answer(gid)))
