"""Lists of steps: order, outputs, templates, secrets, custom functions and failures."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.errors import StepFailed
from syntask_yaml.model.block import Block
from syntask_yaml.model.events import StepFinished, StepOutput, StepStarted
from syntask_yaml.model.secret import Secret
from syntask_yaml.model.step import Step
from syntask_yaml.steps.base import PLAIN, Policy, StepFailedAt, StepStopped
from syntask_yaml.steps.runner import run_steps
from syntask_yaml.template import Scope
from tests.unit.steps.conftest import Bench, builtin

IN_PROCESS = Policy(in_process=True)
BOTH = pytest.mark.parametrize("policy", [PLAIN, IN_PROCESS], ids=["child", "in-process"])

MODULE = """
    import asyncio, os, sys
    from pathlib import Path

    def tag(prefix, number=1):
        print("making a tag")
        print("careful", file=sys.stderr)
        return {"tag": f"{prefix}-{number}", "parts": [prefix, number], "path": Path("a") / "b"}

    async def later(text):
        await asyncio.sleep(0)
        return {"text": text.upper()}

    def nothing():
        pass

    def wrong():
        return "text"

    def fails(token=""):
        inner(token)

    def inner(token):
        raise ValueError(f"cannot use {token}")

    def leaves(code):
        sys.exit(code)

    def dies():
        os._exit(9)

    def pid():
        return {"pid": os.getpid()}

    def echo(**inputs):
        print(inputs)
        return inputs

    def moves(directory):
        os.chdir(directory)

    def told(context, word):
        context.write(f"{word} in {context.directory.name}")
        return {"word": word}

    def takes_context_as_an_input(context):
        return {"given": context}

    def says_why():
        from syntask_yaml.errors import StepFailed
        raise StepFailed("The moon is full.", hint="Wait.")
"""


@pytest.fixture(autouse=True)
def _module(bench: Bench, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """A module of the user's, under a name that no other test has imported."""
    name = f"own_{abs(hash(request.node.nodeid))}"
    bench.write(f"{name}.py", MODULE)
    monkeypatch.chdir(bench.directory)
    return name


@pytest.fixture(name="own")
def _own(_module: str) -> Any:
    """A custom step by the name of its function."""

    def make(name: str, *, id: str | None = None, **inputs: Any) -> Step:
        return Step(f"{_module}.{name}", inputs, id=id, path=("build", 0))

    return make


@BOTH
def test_a_custom_step_runs(bench: Bench, own: Any, policy: Policy) -> None:
    """Its outputs are JSON values, and what it prints is shown line by line."""
    outputs = bench.run(own("tag", prefix="v"), policy=policy)

    assert outputs == {"tag": "v-1", "parts": ["v", 1], "path": "a/b"}
    assert StepOutput("etl", "making a tag") in bench.events
    assert StepOutput("etl", "careful", is_error=True) in bench.events


@BOTH
def test_an_observer_may_print(
    bench: Bench, own: Any, policy: Policy, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a step prints is handed on to whoever watches, who may print it in turn."""
    run_steps(
        [own("tag", prefix="v")],
        section="pull",
        label="etl",
        context=bench.context,
        scope=Scope(),
        notify=lambda event: print(event.line) if isinstance(event, StepOutput) else None,
        policy=policy,
    )

    assert sorted(capsys.readouterr().out.splitlines()) == ["careful", "making a tag"]


@BOTH
def test_async_steps_and_steps_without_outputs(bench: Bench, own: Any, policy: Policy) -> None:
    """A coroutine is run to its end; None is no output."""
    assert bench.run(own("later", text="a"), own("nothing"), policy=policy) == {"text": "A"}


@BOTH
def test_a_step_that_asks_for_the_context_gets_it(bench: Bench, own: Any, policy: Policy) -> None:
    """A first parameter called `context` is filled, unless an input of that name is given."""
    assert bench.run(own("told", word="hello"), policy=policy) == {"word": "hello"}
    assert "hello in project" in bench.lines

    given = bench.run(own("takes_context_as_an_input", context="."), policy=policy)
    assert given == {"given": "."}


def test_a_custom_step_of_build_has_a_process_of_its_own(bench: Bench, own: Any) -> None:
    """It cannot disturb this one; a step of a run may."""
    here = Path.cwd()
    assert bench.run(own("pid"))["pid"] != os.getpid()
    assert bench.run(own("pid"), policy=IN_PROCESS)["pid"] == os.getpid()

    (bench.directory / "sub").mkdir()
    bench.run(own("moves", directory="sub"))
    assert Path.cwd() == here


@BOTH
def test_where_a_step_goes_the_next_ones_follow(bench: Bench, own: Any, policy: Policy) -> None:
    """A step that changes directory changes it for those after it, in either kind of process."""
    (bench.directory / "sub").mkdir()
    outputs = bench.run(
        own("moves", directory="sub"), builtin("run_shell_script", script="pwd"), policy=policy
    )

    assert outputs["stdout"] == str(bench.directory / "sub")
    assert (Path.cwd().name == "sub") == policy.in_process


@pytest.mark.usefixtures("in_bench")
def test_set_working_directory_moves_the_process_of_a_run(bench: Bench) -> None:
    """In a run the process itself goes there, as the flow expects."""
    (bench.directory / "sub").mkdir()
    bench.run(builtin("set_working_directory", directory="sub"), policy=IN_PROCESS)

    assert Path.cwd() == bench.directory / "sub"


def test_outputs_are_known_by_id_and_by_name(bench: Bench, own: Any) -> None:
    """The last step to put out a name has it; ids may hold `-`, and values keep their type."""
    outputs = bench.run(
        own("tag", prefix="a", id="first-tag"),
        own("tag", prefix="b", number=2),
        own(
            "echo",
            id="last",
            one="{{ first-tag.tag }}",
            two="{{ tag }}",
            all="{{ parts }}",
            n="{{ parts[1] }}",
        ),
    )

    assert outputs["last"] == {"one": "a-1", "two": "b-2", "all": ["b", 2], "n": 2}
    assert outputs["first-tag"]["tag"] == "a-1"


def test_events_tell_what_runs(bench: Bench) -> None:
    """Each step begins and ends in the order of the list, under the label of the list."""
    bench.run(builtin("run_shell_script", script="echo a"), builtin("run_shell_script", script="true"))
    name = "syntask.deployments.steps.run_shell_script"

    assert [type(event) for event in bench.events] == [
        StepStarted, StepOutput, StepFinished, StepStarted, StepFinished,
    ]  # fmt: skip
    assert bench.events[:2] == [StepStarted("etl", "build", name), StepOutput("etl", "a")]


def test_a_name_without_a_value_fails_the_step(bench: Bench, own: Any) -> None:
    """The message names the step, the input and the nearest name."""
    with pytest.raises(StepFailedAt) as caught:
        bench.run(own("echo", a={"b": "{{ tagg }}"}), outputs={"tag": "1"})

    assert "the input `a`" in caught.value.detail
    assert "`{{ tagg }}`" in caught.value.detail
    assert "`tag`" in caught.value.hint


def test_a_name_without_a_value_may_be_empty(bench: Bench, own: Any) -> None:
    """With `allow_unset` it is what the reference makes of it: no key, or empty text; each is told."""
    step = own("echo", key="{{ none }}", text="a{{ none }}b", env="{{ $NONE_SUCH }}")
    outputs = bench.run(step, policy=Policy(allow_unset=True))

    assert outputs == {"text": "ab", "env": ""}
    assert len([line for line in bench.lines if "An empty value is used" in line]) == 3


SECRET = 's3cr3t/"quoted" text\nof two lines'


@BOTH
def test_a_secret_is_given_and_never_shown(bench: Bench, own: Any, policy: Policy) -> None:
    """The function has the text; what it prints, raises and puts out has not."""
    blocks = {("secret", "token"): Block("secret", "token", {"value": Secret(SECRET)})}
    scope = Scope(blocks=lambda kind, name: blocks.get((kind, name)))
    token = "{{ syntask.blocks.secret.token }}"

    outputs = bench.run(own("echo", token=token, plain="x"), policy=policy, scope=scope)
    with pytest.raises(StepFailedAt) as caught:
        bench.run(own("fails", token=token), policy=policy, scope=scope)

    assert outputs == {"token": Secret(SECRET), "plain": "x"}
    told = repr(bench.events) + str(caught.value) + caught.value.hint + repr(caught.value.lines)
    assert "s3cr3t" not in told
    assert "of two lines" not in told
    assert "***" in told
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_a_secret_in_clear_is_not_shown_either(bench: Bench) -> None:
    """An input whose name says what it is, such as `access_token`, is treated as one."""
    with pytest.raises(StepFailedAt) as caught:
        bench.run(builtin("git_clone", repository="/none/pa55", access_token="pa55"))

    assert "pa55" not in caught.value.detail


@BOTH
def test_a_failure_shows_the_users_own_frames(bench: Bench, own: Any, policy: Policy) -> None:
    """The traceback begins where the user's code does; the message is one sentence with a place."""
    with pytest.raises(StepFailedAt) as caught:
        bench.run(own("fails", token="x"), policy=policy)

    failure = caught.value
    assert failure.detail == f"`{failure.step.name}` raised ValueError: cannot use x"
    assert failure.diagnostics[0].path == ("build", 0)
    assert failure.lines[0] == "Traceback (most recent call last):"
    frames = [line for line in failure.lines if line.startswith("  File")]
    assert [frame.rpartition(" ")[2] for frame in frames] == ["fails", "inner"]
    assert failure.lines[-1] == "ValueError: cannot use x"


@BOTH
@pytest.mark.parametrize(
    ("name", "inputs", "expected"),
    [
        ("wrong", {}, "returned a `str`"),
        ("says_why", {}, "The moon is full"),
        ("leaves", {"code": 3}, "raised SystemExit: 3"),
        ("tag", {"prefx": "a"}, "unexpected keyword argument 'prefx'"),
        ("missing_one", {}, "has no function `missing_one`"),
        ("dies.more", {}, "The module .* does not exist"),
    ],
)
def test_other_ways_to_fail(
    bench: Bench, own: Any, policy: Policy, name: str, inputs: dict[str, Any], expected: str
) -> None:
    """Each is one message, and no traceback of ours."""
    with pytest.raises(StepFailedAt, match=expected) as caught:
        bench.run(own(name, **inputs), policy=policy)

    assert not [line for line in caught.value.lines if "syntask_yaml" in line]


def test_a_child_that_dies_is_a_failure(bench: Bench, own: Any) -> None:
    """Its exit code is told."""
    with pytest.raises(StepFailedAt, match="exited with code 9 before the step returned") as caught:
        bench.run(own("dies"))

    assert caught.value.process_exit_code == 9


@BOTH
def test_a_failing_step_is_the_last(bench: Bench, own: Any, policy: Policy) -> None:
    """What comes after it is not run."""
    with pytest.raises(StepFailedAt):
        bench.run(own("wrong"), builtin("run_shell_script", script="touch reached"), policy=policy)

    assert not (bench.directory / "reached").exists()


def test_a_stopped_list_begins_nothing(bench: Bench) -> None:
    """Once the command is to end, no further step starts."""
    bench.context.stop.set()
    with pytest.raises(StepStopped):
        bench.run(builtin("run_shell_script", script="touch reached"))

    assert not (bench.directory / "reached").exists()


def test_a_custom_step_is_stopped_at_once(bench: Bench) -> None:
    """The child process of a step ends with the command."""
    bench.write("slow.py", "import time\ndef wait():\n    print('on')\n    time.sleep(60)\n")
    threading.Timer(0.8, bench.context.stop.set).start()
    began = time.monotonic()
    with pytest.raises(StepStopped):
        bench.run(Step("slow.py:wait", {}))

    assert time.monotonic() - began < 4


def test_a_module_that_cannot_be_imported(bench: Bench) -> None:
    """A mistake in the user's module is shown as Python shows it."""
    bench.write("broken.py", "import no_such_module_of_all\n\ndef go():\n    pass\n")
    with pytest.raises(StepFailedAt, match="No module named 'no_such_module_of_all'") as caught:
        bench.run(Step("broken.go", {}))

    assert any("broken.py" in line for line in caught.value.lines)


@BOTH
def test_a_local_module_does_not_hide_one_that_we_use(bench: Bench, policy: Policy) -> None:
    """A file of the project may be called like a module of Python's."""
    bench.write("json.py", "raise RuntimeError('not this one')\n")
    bench.write("steps_here.py", "def go():\n    return {'ok': True}\n")

    assert bench.run(Step("steps_here.py:go", {}), policy=policy) == {"ok": True}


def test_a_missing_builtin_names_its_extra(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step whose libraries are not installed says how to install them."""
    monkeypatch.setitem(__import__("sys").modules, "syntask_yaml.steps.docker.build", None)
    with pytest.raises(StepFailedAt, match="cannot be used here") as caught:
        bench.run(Step("prefect_docker.deployments.steps.build_docker_image", {"image_name": "a"}))

    assert "syntask-yaml[docker]" in caught.value.hint


def test_a_failure_is_a_step_failed() -> None:
    """Who handles `StepFailed` handles every failure of a step."""
    assert issubclass(StepFailedAt, StepFailed)
    assert issubclass(StepStopped, StepFailed)
