"""Flows that tell of tasks themselves, as many as a flow can have and faster than it could."""

import logging
import os
import time
from pathlib import Path
from uuid import UUID

from syntask import flow, get_run_logger, task
from syntask._runs.root import entered
from syntask._runs.tracking import ChildChange


def tell(number, state, *, of="load", message="", **more):
    change = ChildChange(
        id=str(UUID(int=number)),
        kind=more.pop("kind", "task"),
        name=f"{of}-{number}",
        of=of,
        state=state,
        state_name=state.capitalize(),
        at=time.time(),
        message=message,
        **more,
    )
    entered().follow(change)


@flow
def works():
    """Two tasks, the second of which is part of a subflow, fails, and holds what is secret."""
    tell(1, "RUNNING")
    logging.info("from a task", extra={"task_run_id": str(UUID(int=1)), "task_run_name": "load-1"})
    tell(1, "COMPLETED")
    tell(2, "RUNNING", of="inner", kind="flow")
    tell(3, "RUNNING", of="save", parent=str(UUID(int=2)), upstream=(str(UUID(int=1)),))
    secret = os.environ.get("PASSWORD", "")
    tell(3, "FAILED", of="save", parent=str(UUID(int=2)), message=f"ValueError: {secret}", attempt=2)
    tell(2, "COMPLETED", of="inner", kind="flow")
    info = entered().run
    print(info.name, info.deployment, info.tags, info.parameters, info.run_count)


@task
def load(number):
    get_run_logger().info("loads %s", number)
    if number == 2:
        raise ValueError("no customer 2")
    return number


@flow
def inner(numbers):
    return sum(load(number) for number in numbers)


@flow
def orders():
    first = inner([0, 1])
    later = [load.submit(number, wait_for=[]) for number in (first, 2)]
    return [each.result(raise_on_failure=False) for each in later][:1]


@flow
def hangs():
    tell(1, "RUNNING")
    tell(2, "PENDING")
    (Path(os.environ["MARKS"]) / "began").write_text("x\n")
    time.sleep(600)


@flow
def tells(number: int, text: str = ""):
    for each in range(1, number + 1):
        tell(each, "RUNNING")
        tell(each, "COMPLETED", message=text)
