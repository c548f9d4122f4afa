"""A lot of output, and what reads it."""

from __future__ import annotations

import json
from collections.abc import Callable

from syntask_yaml.model.run import StateType
from tests.support.site import Site, until

Deployed = Callable[..., Site]


def test_a_hundred_thousand_lines_are_kept_in_order(deployed: Deployed) -> None:
    site = deployed("writes_much")
    (run,) = site.ask("writes_much")
    site.work()

    written = [line.message for line in site.lines(run) if line.logger == "stdout"]
    assert written[1:] == [f"line {number}" for number in range(100_000)]
    printed = site.syntask("flow-run", "logs", run).split("\n")
    assert "line 99999" in printed[-2]


def test_long_lines_are_split_and_whole(deployed: Deployed) -> None:
    """Also a log record is kept, however long."""
    site = deployed("writes_long_lines")
    (run,) = site.ask("writes_long_lines")
    site.work()

    assert site.run(run).state.type is StateType.COMPLETED
    written = [line.message for line in site.lines(run)]
    assert sum(line.count("x") for line in written) == 2_500_000
    assert max(len(line) for line in written if "x" in line) < 1_100_000
    assert "y" * 2_500_000 in written


def test_a_run_that_never_stops_writing_keeps_nobody_waiting(deployed: Deployed) -> None:
    """Others run beside it, it keeps its lease, and it can be cancelled."""
    site = deployed("never_stops_writing", "returns")
    with site.worker(SYNTASK_WORKER_LEASE_SECONDS="3"):
        (endless,) = site.ask("never_stops_writing")
        until(lambda: site.marked("began"))
        for _ in range(3):
            (other,) = site.ask("returns")
            assert site.until(other).state.type is StateType.COMPLETED
        site.syntask("flow-run", "cancel", endless)
        assert site.until(endless).state.type is StateType.CANCELLED


def test_logs_as_json(deployed: Deployed) -> None:
    site = deployed("writes_both")
    (run,) = site.ask("writes_both")
    site.work()

    logs = json.loads(site.syntask("flow-run", "logs", run, "--output", "json"))
    assert logs["format"] == "syntask.flow-run-logs/1"
    assert {("INFO", "stdout", "out"), ("ERROR", "stderr", "error")} <= {
        (line["level"], line["logger"], line["message"]) for line in logs["logs"]
    }


def test_watching_a_run_shows_its_lines_and_its_end(deployed: Deployed) -> None:
    """The exit code says how it ended."""
    site = deployed("writes_both", "raises", "sleeps")
    with site.worker():
        good = site.call("deployment", "run", "writes-both/writes_both", "--watch")
        bad = site.call("deployment", "run", "raises/raises", "--watch")
    assert (good.returncode, bad.returncode) == (0, 1), good.stderr + bad.stderr
    assert {"out", "error"} <= {line.split("  ")[-1].strip() for line in good.stdout.split("\n")}, good.stdout
    assert "the order 17 has no customer" in bad.stdout + bad.stderr
