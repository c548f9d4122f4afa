"""Why a run waits or how it ended, each reason produced by real workers, limits and signals."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.cli.views.why import encode_explanation
from syntask_yaml.model.run import StateType
from syntask_yaml.operations.runs import find_run
from syntask_yaml.operations.why.explanation import RULES, explain
from syntask_yaml.operations.why.facts import gather
from tests.support.memory_limit import memory_group
from tests.support.processes import kill
from tests.support.site import Site, until

Deployed = Callable[..., Site]
Answer = dict[str, Any]

CODE = Path(__file__).parent / "code"
SET = "syntask.deployments.steps.set_working_directory"
SHELL = "syntask.deployments.steps.run_shell_script"

# How runs end: what a deployment of `plain.py` declares beyond its function, and the reason.
ENDS: dict[str, tuple[str, Mapping[str, Any]]] = {
    "returns": ("completed", {}),
    "raises": ("flow-raised", {}),
    "leaves_badly": ("flow-raised", {}),
    "takes_too_long": ("timed-out", {}),
    "vanishes": ("process-exited", {}),
    "is_killed": ("process-killed", {}),
    "crashes_the_interpreter": ("process-killed", {}),
    "broken": ("flow-not-loaded", {"entrypoint": "broken.py:go", "enforce_parameter_schema": False}),
    "gone": ("flow-not-loaded", {"entrypoint": "plain.py:returns", "pull": []}),
    "misfit": ("wrong-parameters", {"entrypoint": "plain.py:sleeps", "parameters": {"seconds": "x"}}),
    "no-step": (
        "pull-step-failed",
        {"entrypoint": "plain.py:returns", "pull": [{SET: {"directory": "/"}}, {SHELL: {"script": "false"}}]},
    ),
    "no-directory": (
        "not-started",
        {
            "entrypoint": "plain.py:returns",
            "work_pool": {"name": "default", "job_variables": {"working_dir": "/no/such/folder"}},
        },
    ),
}
# Those of the other tests here, and those that only a server has.
OTHERS = {
    "scheduled-later", "deployment-paused", "no-work-pool", "pool-paused", "pool-limit-zero", "queue-paused",
    "queue-limit-zero", "deployment-full", "queue-full", "pool-full", "no-worker", "queue-unserved",
    "workers-full", "queued-behind", "waiting-unexplained", "worker-silent", "cancelling", "starting",
    "retrying", "running", "limit-full", "worker-stopped", "cancelled-on-request", "surplus",
    "deployment-deleted", "cancelled", "never-started", "worker-lost", "out-of-memory", "ended-unexplained",
}  # fmt: skip
SERVER_ONLY = {"paused"}


def why(site: Site, run: str) -> Answer:
    """What `syntask why` prints as JSON."""
    with site.backend() as backend:
        found = explain(gather(backend, find_run(backend, run), datetime.now(UTC)))
    printed: Answer = json.loads(json.dumps(encode_explanation(found), default=str))
    return printed


def codes(site: Site, run: str) -> list[str]:
    return [reason["code"] for reason in why(site, run)["reasons"]]


def evidence(answer: Answer) -> str:
    return "\n".join(each["text"] for each in answer["reasons"][0]["evidence"])


def test_every_reason_is_produced_here() -> None:
    assert {code for code, _ in ENDS.values()} | OTHERS | SERVER_ONLY == {rule.code for rule in RULES}
    assert len({rule.code for rule in RULES}) == len(RULES)


@pytest.fixture(name="answers", scope="module")
def _answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answer]:
    """The answer for the run of each deployment of `ENDS`, after one worker executed them."""
    site = Site(tmp_path_factory.mktemp("ends"))
    shutil.copytree(CODE, site.code, dirs_exist_ok=True)
    site.deploy(
        {
            name: {"entrypoint": f"plain.py:{name}", "enforce_parameter_schema": False, **more}
            for name, (_, more) in ENDS.items()
        }
    )
    runs = {name: site.ask(name)[0] for name in ENDS}
    site.work("--limit", "4")
    return {name: why(site, run) for name, run in runs.items()}


@pytest.mark.parametrize("name", ENDS)
def test_how_a_run_ended(name: str, answers: dict[str, Answer]) -> None:
    """One reason, with when it was, and a command for all that did not go well."""
    (reason,) = answers[name]["reasons"]
    assert reason["code"] == ENDS[name][0]
    assert any(each["time"] for each in reason["evidence"])
    assert name == "returns" or reason["command"].startswith("syntask ")


def test_an_exception_is_named_with_its_place(answers: dict[str, Answer]) -> None:
    """In the user's file, also where that could not be loaded; not in what called it."""
    assert "ValueError: the order 17 has no customer" in answers["raises"]["reasons"][0]["detail"]
    assert "plain.py:" in evidence(answers["raises"])
    assert "in raises" in evidence(answers["raises"])
    assert "broken.py:10, in <module>" in evidence(answers["broken"])


def test_a_pull_step_is_named_with_its_number(answers: dict[str, Answer]) -> None:
    assert "Pull step 2 (`run_shell_script`)" in answers["no-step"]["reasons"][0]["detail"]


def test_exit_codes_and_signals_are_named(answers: dict[str, Answer]) -> None:
    details = {name: answer["reasons"][0]["detail"] for name, answer in answers.items()}
    assert "exited with code 7" in details["vanishes"]
    assert "killed by SIGKILL" in details["is_killed"]
    assert "killed by SIGSEGV" in details["crashes_the_interpreter"]


def test_a_lack_of_memory_is_told_where_the_kernel_tells_it(deployed: Deployed) -> None:
    with memory_group(100) as group:
        if group is None:
            pytest.skip("not permitted here: a group of processes with a memory limit")
        site = deployed("eats_memory", environ={"MEMORY_GROUP": str(group)})
        (run,) = site.ask("eats_memory")
        site.work()
        found = why(site, run)
    assert found["reasons"][0]["code"] == "out-of-memory"
    assert "for lack of memory" in found["reasons"][0]["detail"]


def test_a_run_without_a_worker_waits_for_one(deployed: Deployed) -> None:
    """The command that is named is one that starts a worker."""
    site = deployed("returns")
    (run,) = site.ask("returns")
    found = why(site, run)
    assert [reason["code"] for reason in found["reasons"]] == ["no-worker"]
    assert evidence(found) == "The backend knows no worker of this pool."
    assert found["reasons"][0]["command"] == "syntask worker start --pool default"
    printed = json.loads(site.syntask("why", run, "-o", "json"))
    assert printed["format"] == "syntask.why/1"
    assert printed["reasons"] == found["reasons"]

    site.work("--name", "box")
    (other,) = site.ask("returns")
    assert evidence(why(site, other)) == "Worker `box` was last seen"


def test_a_run_of_tomorrow_is_not_due(deployed: Deployed) -> None:
    site = deployed("returns")
    printed = site.syntask("deployment", "run", "returns", "--start-in", "86400")
    text = site.syntask("flow-run", "why", printed.strip())
    assert "[scheduled-later]" in text
    assert "due in 23 hours" in text


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("work-pool pause default", "pool-paused"),
        ("work-pool update default --concurrency-limit 0", "pool-limit-zero"),
        ("work-queue pause default --pool default", "queue-paused"),
        ("work-queue update default --pool default --concurrency-limit 0", "queue-limit-zero"),
    ],
)
def test_a_pool_or_queue_that_lets_nothing_begin(deployed: Deployed, command: str, code: str) -> None:
    """Its command lets the run begin, and be executed."""
    site = deployed("returns")
    site.syntask(*command.split())
    (run,) = site.ask("returns")
    with site.worker():
        until(lambda: codes(site, run) == [code])
        (reason,) = why(site, run)["reasons"]
        site.syntask(*reason["command"].split()[1:])
        assert site.until(run).state.type is StateType.COMPLETED


@pytest.mark.parametrize(
    ("command", "limit", "code"),
    [
        ("", 1, "deployment-full"),
        ("work-queue update default --pool default --concurrency-limit 1", None, "queue-full"),
        ("work-pool update default --concurrency-limit 1", None, "pool-full"),
        ("worker", None, "workers-full"),
    ],
)
def test_a_limit_that_is_reached(deployed: Deployed, command: str, limit: int | None, code: str) -> None:
    """It is named, and the run that has the slot."""
    site = deployed(sleeps={"concurrency_limit": limit} if limit else {})
    if command.startswith("work-"):
        site.syntask(*command.split())
    with site.worker("--name", "box", *(("--limit", "1") if command == "worker" else ())):
        (first,) = site.ask("sleeps")
        site.until(first, StateType.RUNNING)
        (second,) = site.ask("sleeps")
        until(lambda: codes(site, second) == [code])
        found = why(site, second)
        assert f"run `{site.run(first).name}` ({first[:8]}) of `sleeps/sleeps`: Running" in evidence(found)
        assert codes(site, first) == ["running"]
        site.syntask("flow-run", "cancel", second, first)
        site.until(first)
    found = why(site, first)
    assert codes(site, first) == codes(site, second) == ["cancelled-on-request"]
    assert "@" in evidence(found)


def test_a_flow_that_waits_for_a_slot(deployed: Deployed) -> None:
    """It runs, and does nothing: the run that holds the slot is named."""
    site = deployed("holds_a_slot")
    site.syntask("concurrency-limit", "create", "database", "--limit", "1")
    with site.worker("--name", "box", "--limit", "2"):
        (first,) = site.ask("holds_a_slot")
        until(lambda: site.marked("held"))
        (second,) = site.ask("holds_a_slot")
        until(lambda: codes(site, second) == ["limit-full"])
        assert f"run `{site.run(first).name}` ({first[:8]})" in evidence(why(site, second))
        assert codes(site, first) == ["running"]
        site.syntask("flow-run", "cancel", second, first)
        site.until(first)


def test_a_flow_that_waits_for_slots_of_several_limits(deployed: Deployed) -> None:
    """Each limit without room is named with who holds its slots; one with room is not."""
    site = deployed(holds_slots_of={"parameters": {"names": []}})
    for name, slots in (("database", 2), ("api", 3), ("spare", 9)):
        site.syntask("concurrency-limit", "create", name, "--limit", str(slots))
    with site.worker("--name", "box", "--limit", "3"):
        asked = [["database"], ["api"], ["database", "api", "spare"]]
        (first,) = site.ask("holds_slots_of", parameters={"names": asked[0]})
        (second,) = site.ask("holds_slots_of", parameters={"names": asked[1]})
        until(lambda: site.marked("database") and site.marked("api"))
        (third,) = site.ask("holds_slots_of", parameters={"names": asked[2]})
        until(lambda: codes(site, third) == ["limit-full"])
        found = why(site, third)
        site.syntask("flow-run", "cancel", third, first, second)
        site.until(second)
    shown = [each["text"] for each in found["reasons"][0]["evidence"]]
    assert [text.split(" of `")[0] for text in shown[:-1]] == [
        "`api`: 2 of 3 slots are taken",
        f"run `{site.run(second).name}` ({second[:8]})",
        "`database`: 2 of 2 slots are taken",
        f"run `{site.run(first).name}` ({first[:8]})",
    ]


def test_a_queue_that_no_worker_serves(deployed: Deployed) -> None:
    site = deployed("returns")
    (run,) = site.ask("returns")
    site.syntask("work-queue", "create", "high", "--pool", "default")
    with site.worker("--name", "box", "--work-queue", "high"):
        until(lambda: codes(site, run) == ["queue-unserved"])
        found = why(site, run)
    assert evidence(found) == "Worker `box` serves high"
    assert found["reasons"][0]["command"].endswith("--pool default --work-queue default")


def test_what_is_scheduled_by_a_paused_deployment(deployed: Deployed) -> None:
    """Pausing removes its runs; one that is there all the same waits."""
    site = deployed(returns={"schedule": {"interval": 3600}})
    with site.worker():
        (run, *_) = until(site.runs)
    with site.backend() as backend:
        backend._store._connection.execute("UPDATE deployments SET is_paused = 1")
        backend._store._connection.execute("UPDATE runs SET due = due - 10 * 3600 * 1000000")
    assert codes(site, run.id) == ["deployment-paused", "no-worker"]


def test_a_run_whose_pool_is_gone(deployed: Deployed) -> None:
    site = deployed("returns")
    site.syntask("work-pool", "create", "other", "--type", "process")
    (run,) = site.ask("returns")
    site.deploy({"returns": {"entrypoint": "plain.py:returns", "work_pool": {"name": "other"}}})
    site.syntask("work-pool", "delete", "default", "--yes")
    assert codes(site, run) == ["no-work-pool"]
    assert any(word in site.syntask("why", run) for word in ("work-pool create default", "syntask plan -n"))


def test_nothing_is_wrong(deployed: Deployed) -> None:
    """Which is no failure of the command; and the JSON is of no run."""
    site = deployed("returns")
    assert site.syntask("why") == "Nothing is wrong: every due run has completed.\n"
    found = json.loads(site.syntask("why", "--output", "json"))
    assert (found["id"], found["reasons"]) == (None, [])


def test_a_run_that_nothing_keeps_waiting(deployed: Deployed) -> None:
    """Its worker is there, and was stopped by a debugger, say: nobody can know."""
    site = deployed("returns")
    with site.worker("--name", "box") as worker:
        until(lambda: "serves" in (site.folder / "worker.log").read_text())
        until(lambda: "box" in site.syntask("worker", "ls"))
        worker.send_signal(signal.SIGSTOP)
        (run,) = site.ask("returns")
        found = why(site, run)
        worker.send_signal(signal.SIGCONT)
    assert [reason["code"] for reason in found["reasons"]] == ["waiting-unexplained"]
    assert evidence(found) == "Worker `box` was last seen"


def test_a_worker_that_is_killed(deployed: Deployed) -> None:
    """First its lease runs out, and then another worker finds the run."""
    site = deployed("sleeps")
    (run,) = site.ask("sleeps")
    worker = site.start_worker("--name", "box", SYNTASK_WORKER_LEASE_SECONDS="1")
    try:
        until(lambda: site.marked("began"))
        assert codes(site, run) == ["running"]
    finally:
        kill(worker)
    until(lambda: codes(site, run) == ["worker-silent"])
    silent = why(site, run)
    assert "Worker `box` was last seen" in evidence(silent)
    assert "Its lease on the run expired" in evidence(silent)

    command = silent["reasons"][0]["command"].split()
    assert command[:3] == ["syntask", "worker", "start"]
    with site.worker(*command[3:], SYNTASK_WORKER_LEASE_SECONDS="1"):
        site.until(run)
    lost = why(site, run)
    assert lost["reasons"][0]["code"] == "worker-lost"
    expired, found = lost["reasons"][0]["evidence"]
    assert expired["text"] == "The lease of worker `box` expired"
    assert expired["time"] == silent["reasons"][0]["evidence"][1]["time"] < found["time"]


def test_a_worker_that_is_stopped_twice(deployed: Deployed) -> None:
    site = deployed("sleeps")
    (run,) = site.ask("sleeps")
    with site.worker("--name", "box") as worker:
        until(lambda: site.marked("began"))
        worker.terminate()
        until(lambda: "Stop again" in (site.folder / "worker.log").read_text())
        worker.terminate()
        worker.wait(30)
    assert codes(site, run) == ["worker-stopped"]
    assert evidence(why(site, run)) == "Worker `box` stopped"


@pytest.fixture(name="stubborn")
def _stubborn(deployed: Deployed) -> Iterator[tuple[Site, str]]:
    """A run that has begun, and pays no attention to being cancelled."""
    site = deployed("ignores_the_end")
    (run,) = site.ask("ignores_the_end")
    worker = site.start_worker("--name", "box", SYNTASK_WORKER_GRACE_SECONDS="60")
    try:
        until(lambda: site.marked("began"))
        yield site, run
    finally:
        kill(worker)


def test_a_run_that_does_not_end_when_asked(stubborn: tuple[Site, str]) -> None:
    site, run = stubborn
    site.syntask("flow-run", "cancel", run)
    found = why(site, run)
    assert found["reasons"][0]["code"] == "cancelling"
    assert "cancelled the run" in evidence(found)
    assert "Worker `box` was last seen" in evidence(found)


def test_a_run_beyond_a_limit_that_cancels(deployed: Deployed) -> None:
    limit = {"limit": 1, "collision_strategy": "CANCEL_NEW"}
    site = deployed(sleeps={"concurrency_limit": limit})
    with site.worker():
        (first,) = site.ask("sleeps", parameters={"seconds": 2.0})
        site.until(first, StateType.RUNNING)
        (second,) = site.ask("sleeps")
        site.until(second)
        assert codes(site, second) == ["surplus"]


def test_a_run_whose_deployment_is_deleted(deployed: Deployed) -> None:
    site = deployed("returns")
    (run,) = site.ask("returns")
    site.syntask("deployment", "delete", "returns/returns", "--yes")
    assert codes(site, run) == ["deployment-deleted"]


def test_a_run_while_it_pulls_and_while_it_is_tried_again(deployed: Deployed) -> None:
    site = deployed(
        slow={"entrypoint": "plain.py:returns", "pull": [{SHELL: {"script": "sleep 60"}}]},
        tries={"entrypoint": "plain.py:tries_for_long"},
    )
    slow, tries = site.ask("slow")[0], site.ask("tries")[0]
    worker = site.start_worker()
    try:
        until(lambda: codes(site, slow) == ["starting"])
        until(lambda: codes(site, tries) == ["retrying"])
        assert "OSError: not yet" in why(site, tries)["reasons"][0]["detail"]
    finally:
        kill(worker)


def test_a_run_that_no_worker_could_begin(deployed: Deployed) -> None:
    """Each one was killed while the run pulled its code: three times it is due again."""
    site = deployed(slow={"entrypoint": "plain.py:returns", "pull": [{SHELL: {"script": "sleep 60"}}]})
    (run,) = site.ask("slow")
    short = {"SYNTASK_WORKER_LEASE_SECONDS": "0.5"}
    for _ in range(4):
        worker = site.start_worker(**short)
        try:
            site.until(run, StateType.PENDING)
        finally:
            kill(worker)
        until(lambda: codes(site, run) == ["worker-silent"])
        with site.backend() as backend:
            backend.reap(until(lambda: site.run(run).held_until).replace(year=2100))
    assert codes(site, run) == ["never-started"]


def test_states_of_before_are_told_as_far_as_they_are_known(deployed: Deployed) -> None:
    """An older store does not have the causes."""
    site = deployed("raises", "sleeps")
    raised, cancelled = site.ask("raises")[0], site.ask("sleeps")[0]
    site.syntask("flow-run", "cancel", cancelled)
    site.work()
    with site.backend() as backend:
        backend._store._connection.execute("UPDATE runs SET cause = NULL")
    assert codes(site, raised) == ["ended-unexplained"]
    assert "the order 17 has no customer" in why(site, raised)["reasons"][0]["detail"]
    assert codes(site, cancelled) == ["cancelled"]


def test_a_run_that_is_not_there(deployed: Deployed) -> None:
    site = deployed("returns")
    assert site.syntask("why", "nowhere", exit_code=1) == ""
    assert site.syntask("why", os.urandom(4).hex(), exit_code=1) == ""
