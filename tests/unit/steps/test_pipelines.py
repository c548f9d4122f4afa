"""Pipelines: equal lists once, independent ones side by side, and what a failure stops."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from syntask_yaml.errors import StepFailed
from syntask_yaml.model.events import Counted, StepOutput, StepStarted
from syntask_yaml.model.step import Step
from syntask_yaml.steps.base import StepFailedAt
from syntask_yaml.steps.pipelines import Pipeline, PipelineResult, run_pipelines
from syntask_yaml.template import Scope
from tests.unit.steps.conftest import Bench, builtin, shell


def pipeline(
    name: str, *build: Step, push: Sequence[Step] = (), environ: Mapping[str, str] | None = None
) -> Pipeline:
    return Pipeline(name, build, tuple(push), Scope(environ=environ or {}))


def run(bench: Bench, *pipelines: Pipeline, jobs: int = 4, **options: Any) -> list[PipelineResult]:
    return run_pipelines(pipelines, jobs=jobs, context=bench.context, notify=bench.events.append, **options)


def runs(bench: Bench, name: str = "runs") -> list[str]:
    """What the steps wrote into a file, a line for each time that they ran."""
    path = bench.directory / name
    return sorted(path.read_text(encoding="utf-8").split()) if path.exists() else []


def test_equal_lists_run_once(bench: Bench) -> None:
    """Ten deployments with the same build and push have one of each, and all have the outputs."""
    build = (shell("echo build >> runs; echo tag-1", id="made"),)
    push = [shell("echo push-{{ made.stdout }} >> runs; echo pushed", id="sent")]
    results = run(bench, *(pipeline(f"d{number}", *build, push=push) for number in range(10)))

    assert runs(bench) == ["build", "push-tag-1"]
    assert {result.deployment for result in results} == {f"d{number}" for number in range(10)}
    for result in results:
        assert result.outputs is not None
        assert result.outputs["made"]["stdout"] == "tag-1"
        assert result.outputs["sent"]["stdout"] == "pushed"


def test_equal_is_after_resolving(bench: Bench) -> None:
    """The same text may mean something else for another deployment, and another text the same."""
    results = run(
        bench,
        pipeline("one", shell("echo {{ $X }} >> runs"), environ={"X": "a"}),
        pipeline("two", shell("echo {{ $X }} >> runs"), environ={"X": "b"}),
        pipeline("three", shell("echo {{ $Y }} >> runs"), environ={"Y": "a"}),
    )

    assert runs(bench) == ["a", "b"]
    assert all(result.error is None for result in results)


def test_a_shared_build_with_pushes_of_their_own(bench: Bench) -> None:
    """Each distinct push follows the one build, in the directory where that left off."""
    (bench.directory / "sub").mkdir()
    build = (shell("echo build >> runs", id="b"), builtin("set_working_directory", directory="sub"))
    results = run(
        bench,
        pipeline("one", *build, push=[shell("pwd; echo one >> ../runs", id="p")]),
        pipeline("two", *build, push=[shell("pwd; echo two >> ../runs", id="p")]),
        pipeline("three", *build),
    )

    assert runs(bench) == ["build", "one", "two"]
    assert [result.outputs["p"]["stdout"] for result in results[:2] if result.outputs] == [
        str(bench.directory / "sub")
    ] * 2
    assert results[2].outputs is not None
    assert "p" not in results[2].outputs


def test_equal_pushes_of_different_builds_are_two(bench: Bench) -> None:
    """A push follows its own build, which may have changed what it pushes."""
    push = [shell("echo push >> runs")]
    run(bench, pipeline("one", shell("echo a"), push=push), pipeline("two", shell("echo b"), push=push))

    assert runs(bench) == ["push", "push"]


def test_independent_lists_run_side_by_side(bench: Bench) -> None:
    """Two lists that wait for each other both end."""
    meet = "touch {0}; for i in 1 2 3 4 5 6 7 8 9 10; do test -e {1} && exit 0; sleep 0.3; done; exit 1"
    results = run(
        bench, pipeline("one", shell(meet.format("a", "b"))), pipeline("two", shell(meet.format("b", "a")))
    )

    assert [result.error for result in results] == [None, None]


def test_jobs_bound_how_many(bench: Bench) -> None:
    """With one job, lists run one after the other; pushes too, and nothing waits for ever."""
    alone = "mkdir lock && sleep 0.05 && rmdir lock && echo {0} >> runs"
    lists = [
        pipeline(f"d{number}", shell(alone.format(f"b{number}")), push=[shell(alone.format(f"p{number}"))])
        for number in range(3)
    ]
    results = run(bench, *lists, jobs=1)

    assert [result.error for result in results] == [None] * 3
    assert runs(bench) == ["b0", "b1", "b2", "p0", "p1", "p2"]


def test_a_failure_stops_the_others(bench: Bench) -> None:
    """The first failure ends what runs, and what waits is not begun; both are told apart."""
    began = time.monotonic()
    results = run(
        bench,
        pipeline("slow", shell("sleep 60")),
        pipeline("bad", shell("sleep 0.3; exit 4"), push=[shell("touch pushed")]),
        pipeline("waiting", shell("touch begun")),
        jobs=2,
    )

    assert time.monotonic() - began < 6
    assert isinstance(results[1].error, StepFailedAt)
    assert results[1].error.process_exit_code == 4
    assert (results[0].outputs, results[0].error) == (None, None)
    assert (results[2].outputs, results[2].error) == (None, None)
    assert not (bench.directory / "begun").exists()
    assert not (bench.directory / "pushed").exists()


def test_keep_going(bench: Bench) -> None:
    """With it, everything that does not depend on the failure is done."""
    bad = shell("exit 4")
    results = run(
        bench,
        pipeline("bad", bad, push=[shell("touch pushed")]),
        pipeline("also", bad),
        pipeline("good", shell("sleep 0.5; echo fine", id="g"), push=[shell("touch good")]),
        keep_going=True,
    )

    assert [isinstance(result.error, StepFailed) for result in results] == [True, True, False]
    assert results[2].outputs is not None
    assert (bench.directory / "good").exists()
    assert not (bench.directory / "pushed").exists()


def test_distinct_lists_are_counted_as_they_end(bench: Bench) -> None:
    """A build that two share is one, with the push of each; a list without steps is none."""
    pushes = [[shell("echo a")], [shell("echo b")], []]
    run(bench, *(pipeline(f"d{number}", shell("true"), push=push) for number, push in enumerate(pushes)))

    counts = [(each.number, each.total) for each in bench.events if isinstance(each, Counted)]
    assert counts == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_labels_say_whom_a_list_serves(bench: Bench) -> None:
    """A deployment's own list has its name, a shared one the names, and not too many of them."""
    shared, pair = shell("echo a"), shell("echo b")
    run(
        bench,
        *(pipeline(f"d{number}", shared) for number in range(5)),
        pipeline("x", pair, push=[shell("true")]),
        pipeline("y", pair),
    )

    assert {event.label for event in bench.events if isinstance(event, StepOutput)} == {
        "build: d0, d1 and 3 more",
        "build: x and y",
    }
    assert {event.label for event in bench.events if isinstance(event, StepStarted)} > {"x"}


def test_a_stopped_command_ends_every_list(bench: Bench) -> None:
    """When the flag of the context is set, everything ends at once, and nothing counts as failed."""
    threading.Timer(0.4, bench.context.stop.set).start()
    began = time.monotonic()
    results = run(bench, *(pipeline(f"d{number}", shell(f"sleep 6{number}")) for number in range(4)))

    assert time.monotonic() - began < 5
    assert [(result.outputs, result.error) for result in results] == [(None, None)] * 4


CTRL_C = """
import os, pathlib, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
from syntask_yaml.model.step import Step
from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.pipelines import Pipeline, run_pipelines
from syntask_yaml.template import Scope

script = {"script": "echo $$ >> pids; sleep 60", "shell": True}
steps = Step("syntask.deployments.steps.run_shell_script", script), Step("own.wait", {})
context = StepContext(pathlib.Path.cwd(), os.environ)
pipelines = [Pipeline(step.name, (step,), (), Scope()) for step in steps]
try:
    run_pipelines(pipelines, jobs=2, context=context, notify=lambda event: None)
except KeyboardInterrupt:
    print("interrupted")
"""


def test_ctrl_c_ends_the_child_processes(bench: Bench) -> None:
    """The processes of steps are gone when the interrupt is reported, within a moment."""
    wait = "def wait():\n    open('pids', 'a').write(f'{os.getpid()}\\n'); time.sleep(60)\n"
    bench.write("own.py", f"import os, time\n{wait}")
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    process = subprocess.Popen(
        [sys.executable, "-c", CTRL_C], cwd=bench.directory, env=env, stdout=subprocess.PIPE, text=True
    )
    while len(runs(bench, "pids")) < 2:
        time.sleep(0.05)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    shown, _ = process.communicate(timeout=10)

    assert shown.strip() == "interrupted"
    assert time.monotonic() - began < 5
    for pid in runs(bench, "pids"):
        assert not Path(f"/proc/{pid}").exists()


def test_many_deployments_with_one_list_are_quick(bench: Bench) -> None:
    """A list that thousands share is looked at once."""
    build, scope = (shell("echo a"),), Scope()
    began = time.monotonic()
    results = run(bench, *(Pipeline(f"d{number}", build, (), scope) for number in range(5000)))

    assert len(results) == 5000
    assert time.monotonic() - began < 5


def test_an_output_does_not_hide_a_step_of_that_id(bench: Bench) -> None:
    """A later step that puts out `stdout` leaves the step that is called so, in build and in push."""
    build = (shell("echo one", id="stdout"), shell("echo two"))
    results = run(bench, pipeline("etl", *build, push=[shell("echo three {{ stdout.stdout }}")]))

    assert results[0].outputs is not None
    assert results[0].outputs["stdout"]["stdout"] == "one"
    assert "three one" in bench.lines
