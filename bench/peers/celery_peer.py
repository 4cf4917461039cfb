"""Real Celery as a peer: the protocol of bench/suite/protocol.go.

One process, as a worker is; its reporters are threads, each storing a result
and waiting until the backend has it.
"""
import gc
import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import uuid

NOTES = {
    "celery-redis": "Celery on Redis, appendonly no: nothing is kept",
    "celery-filesystem": "Celery on files, never synced",
}


def missing(name):
    try:
        import celery  # noqa: F401
        if name == "celery-redis":
            import redis  # noqa: F401
    except ImportError as e:
        return "%s (Debian: python3-celery python3-redis)" % e
    if name == "celery-redis" and not shutil.which("redis-server"):
        return "redis-server is not installed (Debian: redis-server)"
    return ""


class Session:
    def __init__(self, engine, workload, directory):
        from celery import Celery

        self.w = workload
        self.redis = None
        if engine == "celery-redis":
            url = self.start_redis(directory)
        else:
            url = "file://" + directory
        # Celery's file backend wants its results' folder to be there.
        self.app = Celery("bench", backend=url, set_as_current=True)
        self.backend = self.app.backend
        size = self.w.get("value", 0)
        self.value = os.urandom(size // 4).hex() + "0" * (size - size // 4 * 2)
        prepare = {
            "report": self.report, "save": self.save, "save-foreign": self.save,
            "restore": self.restore, "restore-foreign": self.restore,
            "progress": self.progress, "join": self.join, "import": self.store,
        }.get(self.w["op"])
        if prepare is None:
            raise ValueError("no operation %r" % self.w["op"])
        self.group = None
        if self.w["op"] != "join":
            self.let_go()
        self.round = prepare()

    def start_redis(self, directory):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        self.redis = subprocess.Popen(
            ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--dir", directory,
             "--save", "", "--appendonly", "no"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        for _ in range(500):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return "redis://127.0.0.1:%d/0" % port
            except OSError:
                time.sleep(0.02)
        self.close()
        raise RuntimeError("redis-server does not answer")

    def let_go(self):
        """No news of results any more: whoever has a result hears of it by a
        channel of Redis of its own. Where nobody waits, a hundred thousand unread
        answers to that take minutes, which are not what is measured; and a result
        that is collected tries for long to tell a Redis that is gone."""
        self.backend.add_pending_result = lambda result, *args, **kwargs: result
        self.backend.remove_pending_result = lambda result: result

    def close(self):
        self.let_go()
        if self.redis:
            self.redis.kill()
            self.redis.wait()

    def new_group(self, n=None):
        from celery.result import AsyncResult, GroupResult

        return GroupResult(str(uuid.uuid4()), [
            AsyncResult(str(uuid.uuid4()), backend=self.backend, app=self.app)
            for _ in range(n or self.w["members"])], app=self.app)

    def fill(self, done):
        g = self.new_group()
        g.save(backend=self.backend)
        for r in itertools.islice(g.results, done):
            self.backend.store_result(r.id, self.value, "SUCCESS")
        return g.id

    def restored(self, group_id):
        from celery.result import GroupResult

        return GroupResult.restore(group_id, backend=self.backend, app=self.app)

    def report(self):
        reporters = self.w["reporters"]

        def do(count):
            count = max(count, reporters)
            ids = [str(uuid.uuid4()) for _ in range(count)]
            failed = []

            def work(first):
                try:
                    for i in range(first, count, reporters):
                        self.backend.store_result(ids[i], self.value, "SUCCESS")
                except Exception as e:  # told to whoever waits for the round
                    failed.append(e)

            threads = [threading.Thread(target=work, args=(k,)) for k in range(reporters)]
            began = time.perf_counter()
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            took = time.perf_counter() - began
            if failed:
                raise failed[0]
            return took, count
        return do

    def save(self):
        from celery.result import GroupResult

        results = self.new_group().results

        def do(count):
            groups = [GroupResult(str(uuid.uuid4()), results, app=self.app) for _ in range(count)]
            began = time.perf_counter()
            for g in groups:
                g.save(backend=self.backend)
            took = time.perf_counter() - began
            return took, count * (self.w["members"] if self.w.get("foreign") else 1)
        return do

    def restore(self):
        group_id = self.fill(0)

        def do(count):
            seen = 0
            began = time.perf_counter()
            for _ in range(count):
                g = self.restored(group_id)
                if self.w.get("foreign"):
                    for r in g.results:
                        seen += len(r.id) > 0
            took = time.perf_counter() - began
            return took, seen or count
        return do

    def progress(self):
        group_id = self.fill(7)

        def do(count):
            g = self.restored(group_id)
            took = 0
            for _ in range(count):
                for r in g.results:
                    r._cache = None  # it keeps what is ready: every question is a first one
                began = time.perf_counter()
                done = g.completed_count()
                took += time.perf_counter() - began
                if done != 7:
                    raise RuntimeError("%d completed, want 7" % done)
            return took, count
        return do

    def join(self):
        group_id = self.fill(self.w["members"])

        def do(count):
            took = 0
            for _ in range(count):
                g = self.restored(group_id)
                # Not join_native: of results that are stored already it hears nothing
                # and waits for ever.
                began = time.perf_counter()
                values = g.join()
                took += time.perf_counter() - began
                if len(values) != self.w["members"] or values[0] != self.value:
                    raise RuntimeError("%d values" % len(values))
                # News of a task goes to one result of that task: while this group
                # lives, the next one would wait for ever.
                del g, values
                gc.collect()
            return took, count * self.w["members"]
        return do

    def store(self):
        """Results of nine tasks and their group, again and again."""
        value = {"n": 1, "text": "some words of a value"}

        def do(count):
            groups = [self.new_group(9) for _ in range(count)]
            began = time.perf_counter()
            for g in groups:
                for r in g.results:
                    self.backend.store_result(r.id, value, "SUCCESS")
                g.save(backend=self.backend)
            return time.perf_counter() - began, 10 * count
        return do


def main():
    sessions, last = {}, 0
    for line in sys.stdin:
        q = json.loads(line)
        a = {}
        try:
            if q["do"] == "kinds":
                a["kinds"] = [{"name": n, "durable": False, "note": note, "missing": missing(n)}
                              for n, note in NOTES.items()]
            elif q["do"] == "start":
                last += 1
                sessions[last] = Session(q["engine"], q["workload"], q["dir"])
                a["session"] = last
            elif q["do"] == "round":
                took, count = sessions[q["session"]].round(q["count"])
                a["sample"] = {"value": took * 1e9 / count, "took": int(took * 1e9)}
            elif q["do"] == "close":
                sessions.pop(q["session"]).close()
            else:
                raise ValueError("unknown request %r" % q["do"])
        except Exception as e:
            a = {"error": "%s: %s" % (type(e).__name__, e)}
        print(json.dumps(a), flush=True)
    for s in sessions.values():
        s.close()


main()
