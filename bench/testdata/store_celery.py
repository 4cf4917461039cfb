"""Stores N results by Celery's Redis backend; prints the seconds it took."""
import sys
import time

from celery import Celery
from celery.result import AsyncResult, GroupResult

app = Celery("bunch", backend="redis://127.0.0.1:%s/0" % sys.argv[1])
n = int(sys.argv[2])
value = {"n": 1, "text": "some words of a value"}
for wait in range(100):
    try:
        app.backend.client.ping()
        break
    except Exception:
        time.sleep(0.1)
began = time.perf_counter()
for i in range(0, n, 10):
    ids = ["%08d-0000-4000-8000-%012d" % (i, k) for k in range(9)]
    for tid in ids:
        app.backend.store_result(tid, value, "SUCCESS")
    GroupResult("group-%d" % i, [AsyncResult(t, app=app) for t in ids]).save(backend=app.backend)
print(time.perf_counter() - began)
