"""A script that does what an engine does for a flow; the first argument says how it goes."""

import logging
import os
import signal
import sys
import time
import uuid

from syntask._runs.root import open_script_run
from syntask._runs.tracking import ChildChange


def change(state, number=0, **more):
    at, key = time.time(), str(uuid.UUID(int=number + 1))
    return ChildChange(key, "task", f"load-{number}", "load", state, state.capitalize(), at, **more)


def works(tracker):
    tracker.follow(change("RUNNING"))
    facts = {"flow_run_id": tracker.run.id, "task_run_id": str(uuid.UUID(int=1))}
    logging.getLogger("syntask.task_runs").warning("from a task", extra=facts)
    logging.getLogger("syntask.flow_runs").warning("of another run", extra={"flow_run_id": "other"})
    tracker.follow(change("COMPLETED"))
    tracker.follow(change("RUNNING", 1))
    tracker.end("FAILED", "Failed", "ValueError: no")


def hangs(tracker):
    tracker.follow(change("RUNNING"))
    print("began", flush=True)
    try:
        time.sleep(600)
    except KeyboardInterrupt:
        tracker.end("CRASHED", "Crashed", "interrupted")
        print("interrupted", flush=True)


def hangs_in_the_background(tracker):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    hangs(tracker)


def forks(tracker):
    if child := os.fork():
        os.waitpid(child, 0)
        tracker.end("COMPLETED", "Completed", "")
    else:
        tracker.follow(change("RUNNING"))
        tracker.end("FAILED", "Failed", "not the run")
        os._exit(0)


def many(tracker):
    for number in range(5_000):
        tracker.follow(change("RUNNING", number))
        tracker.follow(change("COMPLETED", number))
    tracker.end("COMPLETED", "Completed", "")


def twice(tracker):
    tracker.end("COMPLETED", "Completed", "")
    works(open_script_run("second", {}) or sys.exit("nothing follows the second"))


if __name__ == "__main__":
    logging.basicConfig()
    followed = open_script_run("etl", {"days": 3, "odd": object, "long": "x" * 20_000, "nan": float("nan")})
    print("followed" if followed else "not followed")
    if followed:
        globals()[sys.argv[1]](followed)
    print("done")
