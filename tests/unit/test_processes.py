"""Child processes: streams, limits, and how they come to an end."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from syntask_yaml import processes, stream_text
from syntask_yaml.processes import Finished
from syntask_yaml.stopping import Deadline


@pytest.fixture(name="lines")
def _lines() -> list[tuple[str, bool]]:
    return []


@pytest.fixture(name="python")
def _python(tmp_path: Path, lines: list[tuple[str, bool]]) -> Callable[..., Finished]:
    """Run a piece of Python as a child process."""

    def run(code: str, **options: Any) -> Finished:
        on_line = options.pop("on_line", lambda line, is_error: lines.append((line, is_error)))
        argv = (sys.executable, "-c", code)
        return processes.run(argv, cwd=tmp_path, env=os.environ, on_line=on_line, **options)

    return run


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that only waits to be buried does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_streams_are_kept_apart(python: Callable[..., Finished], lines: list[tuple[str, bool]]) -> None:
    """Both streams are handed on line by line and kept, and the code is the program's own."""
    finished = python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)")

    assert finished == Finished(3, "out\n", "err\n")
    assert sorted(lines) == [("err", True), ("out", False)]


def test_a_line_arrives_while_the_program_runs(python: Callable[..., Finished]) -> None:
    """Nobody waits for the end to see the first line."""
    seen: list[float] = []
    began = time.monotonic()
    python(
        "import time; print('first', flush=True); time.sleep(0.6); print('last')",
        on_line=lambda _line, _is_error: seen.append(time.monotonic() - began),
    )

    assert seen[1] - seen[0] > 0.4


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (rb"10%\r20%\r30%\n", ["30%"]),
        (rb"a\r\nb\r\n", ["a", "b"]),
        (rb"no end", ["no end"]),
        (rb"\n\n", ["", ""]),
        (rb"bad \xff byte\n", ["bad � byte"]),
        (rb"caf\xc3\xa9", ["café"]),
        (rb"done\r", ["done"]),
    ],
)
def test_a_line_is_what_a_terminal_shows_at_last(
    python: Callable[..., Finished], lines: list[tuple[str, bool]], written: bytes, shown: list[str]
) -> None:
    """What was overwritten is left out, bytes that are no text are replaced."""
    python(f"import sys; sys.stdout.buffer.write(b'{written.decode()}')")

    assert [line for line, _ in lines] == shown


def test_a_character_in_two_pieces_is_one(
    python: Callable[..., Finished], lines: list[tuple[str, bool]]
) -> None:
    """A character whose bytes come one by one is still a character."""
    python("import os, time\nfor byte in 'é\\n'.encode(): os.write(1, bytes([byte])); time.sleep(0.05)")

    assert lines == [("é", False)]


def test_what_is_kept_is_bounded(
    python: Callable[..., Finished], monkeypatch: pytest.MonkeyPatch, lines: list[tuple[str, bool]]
) -> None:
    """The beginning is kept, the text says that there was more, and every line is handed on."""
    monkeypatch.setattr(stream_text, "MAX_KEPT", 100)
    finished = python("for number in range(1000): print('x' * 9)")

    assert finished.stdout.startswith("x" * 9 + "\n")
    assert finished.stdout.endswith("\n[truncated after 100 characters]")
    assert len(lines) == 1000


def test_a_line_without_end_comes_in_pieces(
    python: Callable[..., Finished], lines: list[tuple[str, bool]]
) -> None:
    """Memory does not grow with the length of a line."""
    python(f"print('x' * {3 * stream_text.MAX_LINE})")

    assert "".join(line for line, _ in lines) == "x" * 3 * stream_text.MAX_LINE
    assert max(len(line) for line, _ in lines) <= 2 * stream_text.MAX_LINE


def test_input_and_reply(python: Callable[..., Finished]) -> None:
    """More than a pipe holds goes in and comes back, beside what the program prints."""
    finished = python(
        "import os, sys; data = sys.stdin.read(); print('noise'); "
        f"open(int(os.environ['{processes.REPLY}']), 'w').write(data[::-1])",
        input=b"ab" * 500_000,
        wants_reply=True,
    )

    assert finished.reply == "ba" * 500_000
    assert finished.stdout == "noise\n"


def test_a_program_that_does_not_read_its_input(python: Callable[..., Finished]) -> None:
    """Input that nobody wants is no failure."""
    assert python("pass", input=b"x" * 1_000_000).code == 0


def test_without_input_there_is_nothing_to_read(python: Callable[..., Finished]) -> None:
    """A program that asks a question gets the end of the file, and does not wait."""
    assert python("import sys; print(repr(sys.stdin.read()))").stdout == "''\n"


CHILDREN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.{answer})
child = subprocess.Popen([sys.executable, '-c', '''
import signal, time
signal.signal(signal.SIGTERM, signal.{answer})
print('ready', flush=True)
time.sleep(60)
'''])
print(os.getpid(), child.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("answer", ["SIG_DFL", "SIG_IGN"])
@pytest.mark.parametrize("how", ["stop", "timeout", "ctrl-c"])
def test_the_whole_group_is_ended(
    python: Callable[..., Finished], monkeypatch: pytest.MonkeyPatch, answer: str, how: str
) -> None:
    """Children of children too, whether they listen to a polite request or not."""
    monkeypatch.setattr(processes, "_GRACE", 0.5)
    pids: list[int] = []
    stop = Event()

    def on_line(line: str, _is_error: bool) -> None:
        if line != "ready":
            pids.extend(map(int, line.split()))
        elif how == "ctrl-c":
            raise KeyboardInterrupt
        elif how == "stop":
            stop.set()

    code = CHILDREN.format(answer=answer)
    if how == "ctrl-c":
        with pytest.raises(KeyboardInterrupt):
            python(code, on_line=on_line)
    else:
        finished = python(code, on_line=on_line, stop=Deadline(stop, 1.0 if how == "timeout" else 60.0))
        assert finished.is_stopped
        assert finished.code == (-9 if answer == "SIG_IGN" else -15)
    time.sleep(0.05)  # the grandchild is somebody else's to bury

    assert len(pids) == 2
    assert not [pid for pid in pids if is_alive(pid)]
    assert not Path(f"/proc/{pids[0]}").exists()


def test_the_last_words_of_a_stopped_program_are_heard(python: Callable[..., Finished]) -> None:
    """A program that cleans up when it is asked to end has the time to, and its output is shown."""
    stop = Event()
    lines: list[str] = []

    def on_line(line: str, _is_error: bool) -> None:
        lines.append(line)
        stop.set()

    finished = python(
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print('bye', flush=True), sys.exit(7)))\n"
        "print('ready', flush=True)\n"
        "time.sleep(60)",
        stop=stop,
        on_line=on_line,
    )

    assert (finished.code, finished.is_stopped) == (7, True)
    assert lines == ["ready", "bye"]


@pytest.mark.parametrize("daemon", ["sleep 8", "for i in 1 2 3 4 5 6 7 8 9; do sleep 0.9; echo on; done"])
def test_what_is_left_in_the_background_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, daemon: str
) -> None:
    """A script that starts a daemon ends when the script ends, though the daemon has its output open."""
    monkeypatch.setattr(processes, "_LINGER", 1.0)
    began = time.monotonic()
    argv = processes.in_shell(f"({daemon}) & echo started")
    finished = processes.run(argv, cwd=tmp_path, env=os.environ)

    assert finished.stdout.startswith("started\n")
    assert time.monotonic() - began < 5


def test_nothing_is_left_open(python: Callable[..., Finished]) -> None:
    """A run gives back every descriptor, however it ends."""
    before = len(list(Path("/proc/self/fd").iterdir()))
    python("pass", input=b"x", wants_reply=True)
    with pytest.raises(FileNotFoundError):
        processes.run(["no-such-program"], cwd=Path.cwd(), env={}, wants_reply=True)

    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_an_observer_that_fails_ends_the_program(python: Callable[..., Finished]) -> None:
    """Whatever goes wrong on this side, no process is left behind."""
    pids: list[int] = []

    def on_line(line: str, _is_error: bool) -> None:
        pids.append(int(line))
        raise RuntimeError("full")

    with pytest.raises(RuntimeError, match="full"):
        python("import os, time; print(os.getpid(), flush=True); time.sleep(60)", on_line=on_line)

    assert not is_alive(pids[0])


def test_a_script_in_the_shell_ends_at_its_first_failure(tmp_path: Path) -> None:
    """As a line of its own would, a command that fails ends the script."""
    finished = processes.run(processes.in_shell("echo a; false; echo b"), cwd=tmp_path, env=os.environ)

    assert (finished.code, finished.stdout) == (1, "a\n")
