"""A lot of output, and what reads it."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable

from syntask_yaml.model.run import StateType
from tests.support.processes import peak_memory
from tests.support.site import Site, until

Deployed = Callable[..., Site]
MEGABYTES = int(os.environ.get("SYNTASK_TORTURE_OUTPUT", "100"))


def printed_and_left_out(site: Site, run: str) -> int:
    """How many lines of `prints_for_long` are in the log, and how many it says were dropped."""
    lines = [line.message for line in site.lines(run)]
    return lines.count("0123456789abcde") + int(lines[-1].split()[0].replace(",", ""))


def test_a_hundred_thousand_lines_are_kept_in_order(deployed: Deployed) -> None:
    site = deployed("writes_much")
    (run,) = site.ask("writes_much")
    site.work()

    written = [line.message for line in site.lines(run) if line.logger == "stdout"]
    assert written[1:] == [f"line {number}" for number in range(100_000)]
    printed = site.syntask("flow-run", "logs", run).split("\n")
    assert "line 99999" in printed[-2]


def test_long_lines_are_split_and_whole(deployed: Deployed) -> None:
    """Those of the output, and records of `logging`."""
    site = deployed("writes_long_lines")
    (run,) = site.ask("writes_long_lines")
    site.work()

    assert site.run(run).state.type is StateType.COMPLETED
    written = [(line.logger, line.message) for line in site.lines(run)]
    for logger, letter in (("stdout", "x"), ("root", "y")):
        lines = [line for name, line in written if name == logger and letter * 10 in line]
        assert "".join(lines) == letter * 2_500_000
        assert 1 < len(lines) < 5


def test_a_record_of_fifty_megabytes_arrives(deployed: Deployed) -> None:
    site = deployed("logs_much")
    (run,) = site.ask("logs_much")
    site.work()

    assert site.run(run).state.type is StateType.COMPLETED
    assert sum(len(line.message) for line in site.lines(run) if line.logger == "much") == 50_000_000


def test_what_forked_processes_log_at_the_same_time_arrives_whole(deployed: Deployed) -> None:
    """Beside another run, which goes on."""
    site = deployed("forks_and_logs", "sleeps")
    (beside,) = site.ask("sleeps", parameters={"seconds": 1})
    (run,) = site.ask("forks_and_logs")
    site.work()

    lines = Counter(line.message for line in site.lines(run) if line.logger == "forked")
    assert lines == {str(number) * 20_000: 60 for number in range(6)}
    assert {site.run(each).state.type for each in (run, beside)} == {StateType.COMPLETED}


def test_what_is_no_report_is_kept_as_text_and_counted(deployed: Deployed) -> None:
    """Whatever a run writes into the pipe to its worker."""
    site = deployed("speaks_out_of_turn")
    (run,) = site.ask("speaks_out_of_turn")
    site.work()

    assert site.run(run).state.type is StateType.COMPLETED
    lines = site.lines(run)
    damaged = [line.message for line in lines if line.logger == "report"]
    assert {"{", "null", "[]", '{"kind": 7}', '{"kind": "moo"}'} <= set(damaged)
    assert lines[-1].message.startswith(f"{len(damaged)} reports of the run were damaged")


def test_the_log_of_a_run_has_a_limit_and_the_rest_is_counted(deployed: Deployed) -> None:
    """What the worker itself says of the run, such as how it failed, is kept beyond it."""
    site = deployed("prints_for_long")
    (run,) = site.ask("prints_for_long", parameters={"megabytes": 40})
    site.work(SYNTASK_LOG_LIMIT="1 MB")

    lines = [line.message for line in site.lines(run)]
    printed = [line for line in lines if line == "0123456789abcde"]
    assert "the first" in lines
    assert 10_000 < len(printed) < 20_000
    assert "ValueError: all said" in "\n".join(lines)
    assert lines[-1].endswith("the log reached SYNTASK_LOG_LIMIT, 1 MB.")
    assert printed_and_left_out(site, run) == 40 * 62_500
    assert site.store.stat().st_size < 10_000_000


def test_a_run_that_prints_on_and_on_takes_little_memory_and_room(deployed: Deployed) -> None:
    """As many megabytes as SYNTASK_TORTURE_OUTPUT says; `make torture` says a thousand."""
    site = deployed("prints_for_long")
    (run,) = site.ask("prints_for_long", parameters={"megabytes": MEGABYTES})
    with site.worker(SYNTASK_LOG_LIMIT="5 MB") as worker:
        until(lambda: site.run(run).state.type.is_final, seconds=900)
        peak = peak_memory(worker.pid)
    store = sum(file.stat().st_size for file in site.home.glob("syntask.db*"))
    last = site.lines(run)[-1].message
    sizes = f"the worker had {peak / 1e6:.0f} MB, the store has {store / 1e6:.1f} MB"
    print(f"\n{MEGABYTES} MB printed: {sizes}; {last}")

    assert peak < 100_000_000
    assert store < 20_000_000
    assert printed_and_left_out(site, run) == MEGABYTES * 62_500


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
