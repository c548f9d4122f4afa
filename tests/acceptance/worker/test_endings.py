"""What becomes of a run: flows that end in every way there is, all of them executed by one worker."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.model.run import LogLine, Run, State, StateType
from tests.support.processes import is_alive
from tests.support.site import Site

CODE = Path(__file__).parent / "code"
COMPLETED = State(StateType.COMPLETED)


def failed(message: str, name: str = "") -> State:
    return State(StateType.FAILED, name, message)


def crashed(message: str) -> State:
    return State(StateType.CRASHED, message=message)


@dataclass(frozen=True)
class Case:
    """How a run ends, and some of the lines that it wrote. *entrypoint* is a function of `plain.py`."""

    entrypoint: str
    state: State
    lines: tuple[str, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def declared(self) -> dict[str, Any]:
        is_plain = self.entrypoint.isidentifier()
        return {"entrypoint": f"plain.py:{self.entrypoint}" if is_plain else self.entrypoint, **self.more}


NO_RESULT = "The process of the run exited with code {} without a result."
TYPED = {
    "count": 3, "ratio": 1, "name": "x", "when": "2026-01-31T12:00:00+02:00", "day": "2026-01-31",
    "colour": "red", "window": {"start": "2026-02-01", "length": "PT90S"}, "place": "a/b",
    "price": "1.10", "id": "12345678-1234-5678-1234-567812345678", "tags": ["a"], "pair": [1, "x"],
    "nested": {"k": ["red"]}, "maybe": None, "mode": "slow",
}  # fmt: skip
CASES: dict[str, Case] = {
    # Entrypoints
    "file": Case("plain.py:returns", COMPLETED),
    "plain-function": Case("plain.py:undecorated", COMPLETED, ("hello nobody",)),
    "file-in-a-folder": Case("deep/inner/flow-file.py:go", COMPLETED, ("found a sibling",)),
    "relative-import": Case("beside/flows.py:go", COMPLETED, ("Rome Tiber Rome",)),
    "relative-import-and-a-dot": Case("beside/flows.v2.py:go", COMPLETED, ("Rome Tiber Rome",)),
    "module": Case("package.sub.flows:go", COMPLETED, ("said hello",)),
    "dotted": Case("package.sub.flows.go", COMPLETED, ("said hello",)),
    "method": Case("package/sub/flows.py:Group.inside", failed("There is no"), more={"pull": []}),
    "gone": Case("plain.py:returns", failed("There is no file `plain.py`"), more={"pull": []}),
    "broken": Case(
        "broken.py:go",
        failed("RuntimeError: broken while it is imported"),
        ("RuntimeError: broken while it is imported",),
        {"enforce_parameter_schema": False},
    ),
    # Parameters
    "declared": Case("undecorated", COMPLETED, ("hello Ada",), {"parameters": {"name": "Ada"}}),
    "typed": Case(
        "typed.py:typed",
        COMPLETED,
        (
            "3",
            "1.0",
            "'x'",
            "datetime.date(2026, 1, 31)",
            "<Colour.RED: 'red'>",
            "Window(start=datetime.date(2026, 2, 1), length=datetime.timedelta(seconds=90))",
            "PosixPath('a/b')",
            "Decimal('1.10')",
            "UUID('12345678-1234-5678-1234-567812345678')",
            "{'a'}",
            "(1, PosixPath('x'))",
            "{'k': [<Colour.RED: 'red'>]}",
            "None slow",
        ),
        {"parameters": TYPED},
    ),
    # Ends
    "returns": Case("returns", COMPLETED),
    "waits": Case("waits", COMPLETED, ("waited",)),
    "raises": Case(
        "raises",
        failed("ValueError: the order 17 has no customer"),
        ("ValueError: the order 17 has no customer", 'raise ValueError("the order 17 has no customer")'),
    ),
    "raises-nothing-to-say": Case("raises_nothing_to_say", failed("RuntimeError")),
    "raises-what-is-no-text": Case("raises_what_is_no_text", failed("ValueError: half a character")),
    "leaves-well": Case("leaves_well", COMPLETED),
    "leaves-badly": Case("leaves_badly", failed("SystemExit: 3")),
    "cannot-be-said": Case(
        "raises_what_cannot_be_said", failed("SaysNothing: its message raises RuntimeError")
    ),
    "at-length": Case("raises_at_length", failed("ValueError: " + "z" * 1000)),
    "leaves-oddly": Case("leaves_oddly", failed("NoCode")),
    "yields": Case("yields", COMPLETED, ("first", "last")),
    "yields-and-awaits": Case("yields_and_awaits", failed("RuntimeError: after the first")),
    "without-streams": Case("takes_its_streams_away", COMPLETED),
    "raises-without-streams": Case("raises_without_streams", failed("ValueError: unheard")),
    "leaves-with-words": Case("leaves_with_words", failed("SystemExit: no more coffee")),
    "interrupts-itself": Case("interrupts_itself", failed("KeyboardInterrupt")),
    "vanishes": Case("vanishes", crashed(NO_RESULT.format(7))),
    "vanishes-well": Case("vanishes_well", State(StateType.COMPLETED, message=NO_RESULT.format(0))),
    "is-killed": Case("is_killed", crashed("The process of the run was killed by SIGKILL. This often")),
    "crashes": Case("crashes_the_interpreter", crashed("The process of the run was killed by SIGSEGV.")),
    "ends-its-group": Case("ends_its_group", crashed("The process of the run was killed by SIGTERM.")),
    "closes-its-output": Case("closes_its_output", COMPLETED, ("before",)),
    "closes-everything": Case("closes_everything", COMPLETED, ("before",)),
    "forks": Case("forks", COMPLETED, ("the parent goes on",)),
    "forks-and-vanishes": Case("forks_and_vanishes", crashed(NO_RESULT.format(9))),
    "forks-and-logs": Case("forks_and_logs", COMPLETED, ("3" * 20_000,)),
    "speaks-out-of-turn": Case("speaks_out_of_turn", COMPLETED, ("the end", '{"kind": 7}')),
    "left-process": Case("leaves_a_process_behind", COMPLETED),
    "left-thread": Case("leaves_a_thread_behind", COMPLETED, ("the thread ends",)),
    "left-daemon": Case("writes_and_leaves_a_daemon", COMPLETED, ("without an end",)),
    # States and tasks
    "skips": Case("skips", State(StateType.COMPLETED, "Skipped", "nothing new")),
    "gives-up": Case("gives_up", State(StateType.CANCELLED, message="enough")),
    "pauses": Case("pauses", failed("The flow ended in the state Paused(), which is not final.")),
    "submits": Case("submits", failed("2/2 states failed."), ("order 17", "order 18")),
    "calls-tasks": Case(
        "calls_tasks",
        failed("ValueError: the order 2 has no customer"),
        (
            "order 1",
            "`has_no_customer-000` failed with ValueError('the order 1 has no customer'). Retry 1/1",
            "`has_no_customer-001` failed with ValueError('the order 2 has no customer').",
        ),
    ),
    # Output
    "both": Case("writes_both", COMPLETED, ("out", "error")),
    "warns": Case("warns", COMPLETED, ("for your information", "beware")),
    "odd": Case("writes_oddly", COMPLETED, ("bytes ��", "", "zero \0 byte", "windows", "no end")),
    "last-words": Case("writes_before_it_is_killed", crashed("The process"), ("last words",) * 1000),
    "standard-input": Case("reads_standard_input", COMPLETED, ("''",)),
    "log-prints": Case("says_where_it_is", COMPLETED, ("elsewhere None",)),
    # What `flow` promises
    "at-last": Case("succeeds_at_last", COMPLETED, ("OSError: not yet",)),
    "never": Case("never_succeeds", failed("OSError: never")),
    "too-long": Case("takes_too_long", failed("The flow exceeded its time limit", "TimedOut")),
    "second-time": Case("is_faster_the_second_time", COMPLETED),
    # What a run cannot start with
    "no-program": Case(
        "returns",
        crashed("The run could not be started: [Errno 2]"),
        more={"work_pool": {"name": "default", "job_variables": {"command": "no-such-program -x"}}},
    ),
    "no-quote": Case(
        "returns",
        crashed("The run could not be started: No closing quotation"),
        more={"work_pool": {"name": "default", "job_variables": {"command": "python 'x"}}},
    ),
    "no-directory": Case(
        "returns",
        crashed("The run could not be started: [Errno 2]"),
        more={"work_pool": {"name": "default", "job_variables": {"working_dir": "/no/such/folder"}}},
    ),
    "no-environment": Case(
        "returns",
        crashed("The run could not be started: embedded null byte"),
        more={"work_pool": {"name": "default", "job_variables": {"env": {"NUL": "a\0b"}}}},
    ),
    "no-step": Case(
        "returns",
        failed("`none` does not exist"),
        more={"pull": [{"syntask.deployments.steps.set_working_directory": {"directory": "none"}}]},
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Ended:
    run: Run
    lines: list[LogLine]

    @property
    def messages(self) -> list[str]:
        return [line.message for line in self.lines]


@pytest.fixture(name="site", scope="module")
def _site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = Site(tmp_path_factory.mktemp("endings"))
    shutil.copytree(CODE, site.code, dirs_exist_ok=True)
    site.deploy({name: case.declared for name, case in CASES.items()})
    return site


@pytest.fixture(name="ended", scope="module")
def _ended(site: Site) -> dict[str, Ended]:
    """How the run of each deployment ended, after one worker executed them, four at a time."""
    runs = {name: site.ask(name)[0] for name in CASES}
    site.work("--limit", "4")
    return {name: Ended(site.run(run), site.lines(run)) for name, run in runs.items()}


@pytest.mark.parametrize("name", CASES)
def test_how_a_run_ends(name: str, ended: dict[str, Ended]) -> None:
    """Its state, its name and its message; and what it wrote before."""
    case, run = CASES[name], ended[name].run
    assert (case.state.type, case.state.name) == (run.state.type, run.state.name), run.state
    assert run.state.message.startswith(case.state.message)
    text = "\n".join(ended[name].messages)
    missing = [line for line in case.lines if line not in text]
    assert missing == [], text


def test_a_run_has_times(ended: dict[str, Ended]) -> None:
    """Due, begun, ended; one that could not start never began."""
    run = ended["returns"].run
    times = [run.created, run.scheduled, run.started, run.ended]
    assert sorted(filter(None, times)) == times
    assert ended["no-program"].run.started is None


def test_streams_have_levels(ended: dict[str, Ended]) -> None:
    """Standard output is information, standard error an error; log records keep their own level and name."""
    both = {line.message: (line.level, line.logger) for line in ended["both"].lines}
    assert both["out"] == (20, "stdout")
    assert both["error"] == (40, "stderr")
    warns = {line.message: (line.level, line.logger) for line in ended["warns"].lines}
    assert warns["beware"] == (30, "mine")
    assert "too much" not in warns
    assert "HTTP Request: GET /" not in warns


def test_odd_output_is_kept_line_by_line(ended: dict[str, Ended]) -> None:
    assert [*CASES["odd"].lines] == ended["odd"].messages[-5:]


def test_last_words_are_kept(ended: dict[str, Ended]) -> None:
    assert ended["last-words"].messages.count("last words") == 1000


def test_a_traceback_begins_in_the_users_code(ended: dict[str, Ended]) -> None:
    """What is ours in it says nothing to anybody."""
    for name in ("raises", "calls-tasks"):
        text = "\n".join(ended[name].messages)
        assert "Traceback" in text
        assert f"{os.sep}syntask" not in text, name


def test_each_attempt_is_made_and_reported(site: Site, ended: dict[str, Ended]) -> None:
    attempts = {name: len(site.marked(name)) for name in ("succeeds_at_last", "never_succeeds", "is_faster")}
    assert attempts == {"succeeds_at_last": 3, "never_succeeds": 2, "is_faster": 2}
    assert "\n".join(ended["never"].messages).count("OSError: never") == 2


def test_what_a_run_leaves_behind_is_ended(site: Site, ended: dict[str, Ended]) -> None:
    """Its processes and its directory; not one that left its group on purpose."""
    daemon = int(site.marked("daemon")[0])
    assert is_alive(daemon)
    os.kill(daemon, 9)
    assert not is_alive(int(site.marked("left-behind")[0]))
    assert list((site.home / "runs").iterdir()) == []
