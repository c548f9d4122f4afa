"""Task runs and subflow runs, on their way from the flow to the store."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from typing import Any
from uuid import UUID

from syntask_yaml.model.child_run import ChildRun
from syntask_yaml.model.run import StateType
from tests.support.processes import peak_memory
from tests.support.site import Site, until

Deployed = Callable[..., Site]
CHILDREN = int(os.environ.get("SYNTASK_TORTURE_CHILDREN", "3000"))


def site_of(deployed: Deployed, name: str, **declared: Any) -> Site:
    """A site with one of the flows that tell of children themselves."""
    site = deployed()
    site.deploy({name: {"entrypoint": f"tracked.py:{name}", **declared}})
    return site


def children(site: Site, run: str) -> list[ChildRun]:
    with site.backend() as backend:
        return backend.children(run)


def test_what_a_flow_tells_is_kept(deployed: Deployed) -> None:
    """With what is secret masked; a line knows its task, and the flow what its run is called."""
    site = deployed()
    site.syntask("block", "create", "secret", "token", stdin="hush-hush\n")
    variables = {"env": {"PASSWORD": "{{ syntask.blocks.secret.token }}"}}
    pool = {"name": "default", "job_variables": variables}
    site.deploy({"works": {"entrypoint": "tracked.py:works", "tags": ["a"], "work_pool": pool}})
    (run,) = site.ask("works")
    site.work()

    assert site.run(run).state.type is StateType.COMPLETED
    task, flow, failed = children(site, run)
    ids = [str(UUID(int=number)) for number in (1, 2, 3)]
    assert ids == [task.id, flow.id, failed.id]
    assert (task.kind, task.name, task.of, task.state.name) == ("task", "load-1", "load", "Completed")
    assert (flow.kind, flow.of, failed.parent, failed.upstream) == ("flow", "inner", ids[1], (ids[0],))
    assert (failed.state.type, failed.state.message) == (StateType.FAILED, "ValueError: ***")
    assert failed.attempts == 2
    assert task.started is not None
    assert task.ended is not None
    assert task.started <= task.ended
    (line,) = [line for line in site.lines(run) if line.message == "from a task"]
    assert line.task == ids[0]
    assert f"{site.run(run).name} works ('a',) {{}} 1" in site.text(run)


def test_tasks_and_subflows_are_children(deployed: Deployed) -> None:
    """As the decorators make them, with what each of them logs."""
    site = site_of(deployed, "orders")
    (run,) = site.ask("orders")
    site.work()

    assert site.run(run).state.type is StateType.COMPLETED
    kept = children(site, run)
    (flow,) = [child for child in kept if child.kind == "flow"]
    tasks = [child for child in kept if child.kind == "task"]
    assert [child.of for child in tasks] == ["load"] * 4
    assert sorted(str(child.parent) for child in tasks) == sorted([flow.id] * 2 + ["None"] * 2)
    (failed,) = [child for child in kept if child.state.type is StateType.FAILED]
    assert "no customer 2" in failed.state.message
    by_task = {line.task: line.message for line in site.lines(run) if line.message.startswith("loads ")}
    assert by_task.keys() == {child.id for child in tasks}
    assert by_task[failed.id] == "loads 2"


def test_commands_show_what_is_kept(deployed: Deployed) -> None:
    """As text and as JSON; lines of one task alone."""
    site = site_of(deployed, "works")
    (run,) = site.ask("works")
    site.work()

    text = site.syntask("flow-run", "inspect", run)
    assert "task runs and subflow runs: 2 Completed, 1 Failed" in text
    assert "inner (inner-2)" in text
    shown = json.loads(site.syntask("flow-run", "inspect", run, "-o", "json"))
    assert [child["name"] for child in shown["children"]] == ["load-1", "inner-2", "save-3"]
    bars = json.loads(site.syntask("flow-run", "timeline", "-o", "json"))["bars"]
    assert [(bar["depth"], bar["name"]) for bar in bars] == [
        (0, "works"),
        (1, "load-1"),
        (1, "inner-2"),
        (2, "save-3"),
    ]
    assert "works" in site.syntask("flow-run", "timeline", run)
    (line,) = site.syntask("flow-run", "logs", run, "--task", "load").splitlines()
    assert line.endswith("from a task")
    assert site.syntask("flow-run", "logs", run, "--task", "save-3") == ""
    assert "It has `load`, `inner`, `save`." in site.call("flow-run", "logs", run, "--task", "x").stderr


def test_a_worker_that_is_killed_leaves_no_task_running(deployed: Deployed) -> None:
    """They crash with their run, as soon as the next worker finds it."""
    site = site_of(deployed, "hangs")
    (run,) = site.ask("hangs")
    worker = site.start_worker(SYNTASK_WORKER_LEASE_SECONDS="1")
    until(lambda: len(children(site, run)) == 2)
    worker.send_signal(signal.SIGKILL)
    worker.wait(15)
    assert [child.state.name for child in children(site, run)] == ["Running", "Pending"]

    with site.worker(SYNTASK_WORKER_LEASE_SECONDS="1"):
        ended = site.until(run)
    assert ended.state.type is StateType.CRASHED
    assert {(child.state.type, child.ended) for child in children(site, run)} == {
        (StateType.CRASHED, ended.ended)
    }


def test_the_tasks_of_a_run_that_is_cancelled_are_cancelled(deployed: Deployed) -> None:
    site = site_of(deployed, "hangs")
    with site.worker():
        (run,) = site.ask("hangs")
        until(lambda: children(site, run))
        site.syntask("flow-run", "cancel", run)
        site.until(run)
    assert {child.state.type for child in children(site, run)} == {StateType.CANCELLED}


def test_as_many_tasks_as_a_run_has_are_kept(deployed: Deployed) -> None:
    """As many as SYNTASK_TORTURE_CHILDREN says; `make torture` says a hundred thousand."""
    site = site_of(deployed, "tells")
    (run,) = site.ask("tells", parameters={"number": CHILDREN})
    with site.worker() as worker:
        until(lambda: site.run(run).state.type.is_final, seconds=900)
        peak = peak_memory(worker.pid)
    kept = children(site, run)
    print(f"\n{CHILDREN} children: the worker had {peak / 1e6:.0f} MB")

    assert [child.id for child in kept] == [str(UUID(int=each)) for each in range(1, CHILDREN + 1)]
    assert {child.state.type for child in kept} == {StateType.COMPLETED}
    assert peak < 100_000_000


def test_more_than_the_limit_is_left_out_and_counted(deployed: Deployed) -> None:
    """The run goes on, and its log says so."""
    site = site_of(deployed, "tells")
    (run,) = site.ask("tells", parameters={"number": 3000, "text": "x" * 5000})
    site.work(SYNTASK_LOG_LIMIT="1 MB")

    assert site.run(run).state.type is StateType.COMPLETED
    last = site.lines(run)[-1].message
    assert last.split(" more changes")[0].replace(",", "").isdigit()
    assert 500 < len(children(site, run)) < 3000
    assert max(len(child.state.message) for child in children(site, run)) == 1000
