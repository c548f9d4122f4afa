"""`timeout`: what it ends, and whose it is."""

from __future__ import annotations

import time
from threading import Event
from typing import Any

import pytest

from syntask_yaml.model.step import Step
from syntask_yaml.steps.base import Policy, StepFailedAt, StepStopped
from syntask_yaml.steps.inputs import check_inputs
from syntask_yaml.stopping import Deadline
from tests.unit.steps.conftest import Bench, builtin

_CUSTOM = """
import time

def slow(seconds):
    try:
        time.sleep(seconds)
    except Exception:
        pass

def own(timeout):
    return {"given": timeout}

def anything(**inputs):
    return inputs
"""


def test_a_step_that_takes_too_long_is_ended(bench: Bench) -> None:
    """With all that it started; its place, its output and the time are told."""
    step = builtin(
        "run_shell_script", script="echo begun; sleep 60; echo never > file", shell=True, timeout=0.5
    )
    began = time.monotonic()
    with pytest.raises(StepFailedAt) as failed:
        bench.run(step)

    assert "exceeded its `timeout` of 0.5 s" in failed.value.detail
    assert failed.value.lines == ("begun",)
    assert time.monotonic() - began < 30
    assert not (bench.directory / "file").exists()


@pytest.mark.parametrize("in_process", [False, True])
def test_custom_steps_too(bench: Bench, in_process: bool) -> None:
    """In a process of their own, and in that of a run."""
    bench.write("steps.py", _CUSTOM)
    began = time.monotonic()
    with pytest.raises(StepFailedAt, match="exceeded its"):
        bench.run(Step("steps.py:slow", {"seconds": 60, "timeout": 1}), policy=Policy(in_process=in_process))

    assert time.monotonic() - began < 30


def test_in_time(bench: Bench) -> None:
    """A step that is quick enough has its outputs, and later ones have their own time."""
    step = builtin("run_shell_script", script="echo done", timeout="{{ $LIMIT }}", id="one")
    bench.context.environ = {**bench.context.environ, "LIMIT": "30"}

    assert bench.run(step, builtin("run_shell_script", script="echo more"))["one"]["stdout"] == "done"


@pytest.mark.parametrize("name", ["own", "anything"])
def test_an_input_of_that_name_is_the_function_s(bench: Bench, name: str) -> None:
    """As in the reference: it is given it."""
    bench.write("steps.py", _CUSTOM)
    outputs = bench.run(Step(f"steps.py:{name}", {"timeout": 0.001}))

    assert 0.001 in outputs.values()


@pytest.mark.parametrize("value", [0, -1, "soon", True, [], float("nan")])
def test_what_is_no_time(bench: Bench, value: Any) -> None:
    """Said before anything runs, and where it runs."""
    bench.write("steps.py", _CUSTOM)
    step = Step("steps.py:slow", {"seconds": 0, "timeout": value})

    assert [problem.input_name for problem in check_inputs(step, bench.directory)] == ["timeout"]
    with pytest.raises(StepFailedAt, match="is not a positive number of seconds"):
        bench.run(step)


def test_the_end_of_the_command_is_no_timeout(bench: Bench) -> None:
    """Whichever comes first counts."""
    bench.context.stop.set()
    deadline = Deadline(bench.context.stop, 60)

    assert deadline.is_set()
    assert not deadline.has_passed
    with pytest.raises(StepStopped):
        bench.run(builtin("run_shell_script", script="echo x", timeout=60))


def test_waiting_for_a_deadline() -> None:
    """It ends when the time does, and when it is set."""
    began = time.monotonic()

    assert Deadline(Event(), 0.2).wait()
    assert not Deadline(Event(), 60).wait(0.1)
    assert time.monotonic() - began < 30
