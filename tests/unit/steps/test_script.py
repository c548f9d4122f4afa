"""`run_shell_script`, `set_working_directory` and `pip_install_requirements`."""

from __future__ import annotations

import shlex
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.steps.base import StepFailedAt, StepStopped
from tests.unit.steps.conftest import Bench, builtin

PYTHON = shlex.quote(sys.executable)


@pytest.mark.parametrize(
    ("script", "options", "stdout"),
    [
        ("echo one\necho two", {}, "one\ntwo"),
        ("echo 'a  b' \"c\"", {}, "a  b c"),
        ("echo $HOME *", {}, "$HOME *"),
        ("# a comment\n\n  # another\necho done", {}, "done"),
        ("echo one \\\n  two", {}, "one two"),
        ("echo $NAME ${NAME}s $NONE $$5", {"expand_env_vars": True}, "hello hellos $NONE $5"),
        ("echo $NAME $$5", {}, "$NAME $$5"),
        ("cd /\npwd\nx=1\necho $x | tr 1 2", {"shell": True}, "/\n2"),
        ("if true; then\n  echo yes\nfi", {"shell": True}, "yes"),
        ("printenv NAME NUMBER", {"env": {"NAME": "over", "NUMBER": 5}}, "over\n5"),
        ("printf '  padded  \\n\\n'", {}, "padded"),
        ("", {}, ""),
        ("echo shown", {"stream_output": None}, "shown"),
    ],
)
def test_a_script_is_run(bench: Bench, script: str, options: dict[str, Any], stdout: str) -> None:
    """A process per line as in the reference, or one shell for all of it."""
    bench.context.environ = {**bench.context.environ, "NAME": "hello"}
    outputs = bench.run(builtin("run_shell_script", script=script, **options))

    assert outputs["stdout"] == stdout


def test_each_line_is_a_process_and_the_shell_is_one(bench: Bench) -> None:
    """Nothing but the file system passes from line to line; in a shell everything does."""
    pids = bench.run(builtin("run_shell_script", script="sh -c 'echo $$'\nsh -c 'echo $$'"))["stdout"]
    shared = bench.run(builtin("run_shell_script", script="echo $$\necho $$", shell=True))["stdout"]

    assert len(set(pids.splitlines())) == 2
    assert len(set(shared.splitlines())) == 1


def test_outputs_are_streams_and_lines_are_shown(bench: Bench) -> None:
    """Both streams are outputs; `stream_output: false` keeps them from view, not from the outputs."""
    script = "sh -c 'echo out; echo err >&2'"
    assert bench.run(builtin("run_shell_script", script=script)) == {"stdout": "out", "stderr": "err"}
    assert sorted(bench.lines) == ["err", "out"]

    bench.events.clear()
    quiet = bench.run(builtin("run_shell_script", script=script, stream_output=False))
    assert quiet == {"stdout": "out", "stderr": "err"}
    assert bench.lines == []


@pytest.mark.parametrize("options", [{}, {"shell": True}, {"stream_output": False}])
def test_a_failing_line_ends_the_script(bench: Bench, options: dict[str, Any]) -> None:
    """The exit code and both streams are in the message, and nothing after the line is run."""
    (bench.directory / "fail.sh").write_text("echo on stdout; echo on stderr >&2; exit 3", encoding="utf-8")
    script = "echo first\nsh fail.sh\ntouch reached"
    with pytest.raises(StepFailedAt) as caught:
        bench.run(builtin("run_shell_script", script=script, **options))

    assert caught.value.process_exit_code == 3
    assert "exited with code 3" in caught.value.detail
    assert "    on stderr" in caught.value.detail
    assert "    on stdout" in caught.value.detail
    assert not (bench.directory / "reached").exists()


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"script": "no-such-program"}, "The program `no-such-program` was not found"),
        ({"script": "export A=1"}, "The program `export` was not found"),
        ({"script": "echo 'open"}, "cannot be split into words"),
        ({"script": "true", "directory": "nowhere"}, "The directory"),
        ({"script": "true", "env": {"FLAG": True}}, "`FLAG` is not text"),
        ({"script": "true", "env": {"GONE": None}}, "`GONE` is not text"),
        ({"script": "kill -9 $$", "shell": True}, "was killed by signal 9"),
        ({"script": "true", "shell": "false"}, "`shell` is text; expected true or false"),
        ({"script": None}, "requires the input `script`"),
        ({"script": "true", "cwd": "/"}, "has no input `cwd`"),
    ],
)
def test_a_script_that_cannot_run(bench: Bench, inputs: dict[str, Any], expected: str) -> None:
    """Each mistake is named, without a traceback."""
    with pytest.raises(StepFailedAt, match=expected):
        bench.run(builtin("run_shell_script", **inputs))


def test_words_of_a_shell_are_explained(bench: Bench) -> None:
    """Who forgot the shell is told, whether the line fails or only does something else."""
    bench.run(builtin("run_shell_script", script="echo a && echo b\necho '&&'"))
    with pytest.raises(StepFailedAt) as caught:
        bench.run(builtin("run_shell_script", script="cd /"))

    assert [line for line in bench.lines if "shell: true" in line] == [
        "`&&` has no special meaning here. Without a shell, each line runs as a separate process. "
        "Write `shell: true` to run the script in a shell."
    ]
    assert "shell: true" in caught.value.hint


def test_a_stopped_script(bench: Bench) -> None:
    """When the command is to end, the script ends at once, and it is no failure of its own."""
    threading.Timer(0.3, bench.context.stop.set).start()
    began = time.monotonic()
    with pytest.raises(StepStopped):
        bench.run(builtin("run_shell_script", script="sleep 60"))

    assert time.monotonic() - began < 3


def test_set_working_directory_moves_what_follows(bench: Bench) -> None:
    """Relative directories start where the steps before left off."""
    (bench.directory / "a" / "b").mkdir(parents=True)
    outputs = bench.run(
        builtin("set_working_directory", directory="a", id="first"),
        builtin("set_working_directory", directory="{{ first.directory }}/b"),
        builtin("run_shell_script", script="pwd"),
    )

    assert outputs["stdout"] == outputs["directory"] == str(bench.directory / "a" / "b")
    assert outputs["first"] == {"directory": str(bench.directory / "a")}
    assert bench.context.directory == bench.directory / "a" / "b"
    assert Path.cwd() != bench.context.directory


@pytest.mark.parametrize(("name", "expected"), [("none", "does not exist"), ("file", "is not a directory")])
def test_a_directory_that_is_none(bench: Bench, name: str, expected: str) -> None:
    """The message says from where it was looked for."""
    (bench.directory / "file").touch()
    with pytest.raises(StepFailedAt, match=rf"`{name}` {expected} \(relative to") as caught:
        bench.run(builtin("set_working_directory", directory=name))

    assert str(bench.directory) in caught.value.detail


def test_pip_installs_a_file_of_requirements(bench: Bench) -> None:
    """pip runs in the directory, so that the file may name others; an empty file is installed at once."""
    bench.write("sub/base.txt", "# nothing\n")
    bench.write("sub/all.txt", "-r base.txt\n")
    step = builtin("pip_install_requirements", directory="sub", requirements_file="all.txt")
    outputs = bench.run(step)

    assert set(outputs) == {"stdout", "stderr"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, "The file .*requirements.txt` does not exist"),
        ("no-such-package-of-syntask==0\n", "exited with code 1"),
    ],
)
def test_pip_fails(bench: Bench, text: str | None, expected: str) -> None:
    """Its exit code and the end of what it said are in the message."""
    bench.context.environ = {**bench.context.environ, "PIP_NO_INDEX": "1"}
    if text is not None:
        bench.write("requirements.txt", text)
    with pytest.raises(StepFailedAt, match=expected):
        bench.run(builtin("pip_install_requirements"))
