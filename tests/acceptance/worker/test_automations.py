"""Automations of the embedded backend: real workers, a real receiver, real programs."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from syntask_yaml.model.delivery import Delivery, DeliveryState
from syntask_yaml.model.run import StateType
from tests.support.mail_server import mail_server
from tests.support.processes import is_alive
from tests.support.receiver import CLOSES, HANGS, Receiver, receiving
from tests.support.site import Site, until

Deployed = Callable[..., Site]

QUICK = {"SYNTASK_DELIVERY_PAUSE_SECONDS": "0.005", "SYNTASK_WORKER_LEASE_SECONDS": "1.5"}
CALL = {"type": "call-webhook", "block": "webhook/ops"}
MAIL = {"type": "send-email", "block": "email-server-credentials/ops", "to": "ops@example.com"}
# Leaves what it is told: an argument, a variable, and standard input.
NOTE = """
import json, os, sys
told = json.load(sys.stdin)["flow_run"]["state"]["message"]
print(sys.argv[1], os.environ["SYNTASK_FLOW_RUN_STATE"], told, file=open(os.environ["MARKS"] + "/note", "a"))
"""
# Leaves its process id, and a child, and never ends.
HANG = """
import os, subprocess, sys, time
child = subprocess.Popen(["sleep", "600"])
print(os.getpid(), child.pid, file=open(os.environ["MARKS"] + "/hung", "a"))
time.sleep(600)
"""


def declare(site: Site, receiver: Receiver | None, **actions: list[dict[str, Any]]) -> None:
    """Deploy `returns` and `raises`, and an automation for each of *actions*, by the state it waits for."""
    if receiver is not None:
        site.syntask("block", "create", "webhook", "ops", stdin=receiver.url)
    automations = [
        {"name": f"on {state}", "trigger": {"expect": [f"prefect.flow-run.{state}"]}, "actions": does}
        for state, does in actions.items()
    ]
    deployments = {name: {"entrypoint": f"plain.py:{name}"} for name in ("returns", "raises")}
    site.deploy(deployments, resources={"automations": automations})


@pytest.fixture(name="site")
def _site(deployed: Deployed) -> Site:
    return deployed("returns", environ=QUICK)


def _key(action: Mapping[str, Any]) -> str:
    """What tells the actions of these tests apart."""
    return str(action.get("command", action["type"]))


def delivered(site: Site, run_id: str) -> list[Delivery]:
    """What was delivered for a run, as soon as nothing is left to deliver."""

    def look() -> list[Delivery] | None:
        with site.backend() as backend:
            found = backend.deliveries(run_id)
        return found if found and all(each.due is None for each in found) else None

    return until(look)


def test_what_fails_is_tried_again_under_the_same_id(site: Site) -> None:
    """An error, a closed connection, and then an answer; mail; a program; none if all is well."""
    with receiving(500, CLOSES) as receiver, mail_server() as mails:
        server = ("smtp_server=127.0.0.1", f"smtp_port={mails.port}", "smtp_type=INSECURE")
        fields = [word for field in server for word in ("--field", field)]
        site.syntask("block", "create", "email-server-credentials", "ops", *fields)
        note = {
            "type": "run-command",
            "command": [sys.executable, "-c", NOTE, "$HOME; {{ flow_run.state.type }}"],
        }
        missing = {"type": "run-command", "command": ["no such program"]}
        declare(site, receiver, Failed=[CALL, MAIL, note, missing])
        (well,) = site.ask("returns")
        (bad,) = site.ask("raises")
        with site.worker("--pool", "default"):
            found = {_key(each.action): each for each in delivered(site, bad)}
    call, mailed, noted, gone = (found[_key(each)] for each in (CALL, MAIL, note, missing))

    assert (call.state, call.attempts) == (DeliveryState.DELIVERED, 3)
    assert receiver.ids == [call.id] * 3
    headers, body = receiver.got[-1]
    assert headers["content-type"] == "application/json"
    told = json.loads(body)
    assert (told["event"], told["deployment"]) == ("prefect.flow-run.Failed", "raises")
    assert told["flow_run"]["message"] == "ValueError: the order 17 has no customer"
    assert site.marked("note") == ["$HOME; FAILED Failed ValueError: the order 17 has no customer"]
    assert mailed.state is DeliveryState.DELIVERED
    assert [mail["Message-ID"] for mail in mails.got] == [f"<{mailed.id}@syntask>"]
    assert noted.state is DeliveryState.DELIVERED
    assert (gone.state, gone.attempts) == (DeliveryState.FAILED, 10)
    assert gone.message == "The program `no such program` was not found."
    with site.backend() as backend:
        assert backend.deliveries(well) == []


def test_a_worker_that_is_killed_while_it_delivers(site: Site) -> None:
    """The next one delivers under the same id; the run was over before, and stays as it was."""
    with receiving(HANGS) as receiver:
        declare(site, receiver, Failed=[CALL])
        (bad,) = site.ask("raises")
        killed = site.start_worker("--pool", "default")
        until(lambda: receiver.got)
        before = site.run(bad)
        killed.send_signal(signal.SIGKILL)
        killed.wait(15)
        with site.worker("--pool", "default"):
            (done,) = delivered(site, bad)

    assert before.state.type is StateType.FAILED
    assert site.run(bad) == before
    assert (done.state, receiver.ids) == (DeliveryState.DELIVERED, [done.id] * 2)


@pytest.mark.torture
def test_what_ended_without_a_worker_is_delivered_by_the_next(site: Site) -> None:
    """And one that runs once delivers it before it exits."""
    with receiving() as receiver:
        declare(
            site,
            receiver,
            Cancelled=[{**CALL, "payload": "{{ flow_run.name }} is {{ flow_run.state.name }}"}],
        )
        (run,) = site.ask("returns", name="one")
        site.syntask("flow-run", "cancel", run)
        site.work()
        site.work()

    assert [(headers["content-type"], body) for headers, body in receiver.got] == [
        ("text/plain; charset=utf-8", "one is Cancelled")
    ]


@pytest.mark.torture
def test_two_workers_deliver_once(site: Site) -> None:
    with receiving() as receiver:
        declare(site, receiver, Completed=[CALL])
        runs = site.ask("returns", times=12)
        with site.worker("--pool", "default"), site.worker("--pool", "default"):
            found = [each for run in runs for each in delivered(site, run)]

    assert sorted(each.id for each in found) == sorted(receiver.ids)
    assert len(set(receiver.ids)) == 12


@pytest.mark.torture
def test_what_hangs_is_in_nobodys_way(site: Site) -> None:
    """Runs go on meanwhile; a program is ended with what it started, at its limit and with its worker."""
    with receiving(*[HANGS] * 8) as receiver:
        endless = {"type": "run-command", "command": [sys.executable, "-c", HANG], "timeout": 600}
        brief = {**endless, "timeout": 1}
        declare(site, receiver, Failed=[CALL, endless, brief])
        (bad,) = site.ask("raises")
        worker = site.start_worker("--pool", "default")
        until(lambda: receiver.got)
        (well,) = site.ask("returns")
        assert site.until(well).state.type is StateType.COMPLETED

        def ended() -> Delivery | None:
            with site.backend() as backend:
                found = [each for each in backend.deliveries(bad) if each.action.get("timeout") == 1]
            return found[0] if found[0].message else None

        assert "did not end within 1 seconds" in until(ended).message
        worker.send_signal(signal.SIGTERM)
        until(lambda: "Stopping" in (site.folder / "worker.log").read_text(encoding="utf-8") or None)
        assert worker.poll() is None
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0

    pids = [int(pid) for line in site.marked("hung") for pid in line.split()]
    assert len(pids) >= 4
    until(lambda: not any(map(is_alive, pids)) or None)
