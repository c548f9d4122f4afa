"""A program that is forked from a process with its modules loaded cannot tell it from a start of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import warm
from tests.support.processes import is_alive
from tests.support.warm import WarmProgram
from tests.support.warm_server import READ_AT_START

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are read in /proc")

_PROBE = """\
#!{python}
import gc, io, json, locale, os, resource, signal, sys, threading, time

def stream(name):
    it = getattr(sys, name)
    if it is None:
        return None
    raw = getattr(it.buffer, "raw", it.buffer)
    kinds = [type(each).__name__ for each in (it, it.buffer, raw)]
    said = [it.name, it.mode, it.encoding, it.errors, it.line_buffering, it.write_through, raw.name]
    return [*kinds, *said, it.fileno(), it.isatty(), it is getattr(sys, f"__{{name}}__")]

def descriptors():
    for each in sorted(os.listdir("/proc/self/fd"), key=int):
        try:
            yield each, os.readlink(f"/proc/self/fd/{{each}}"), os.get_inheritable(int(each))
        except OSError:
            pass

words = sys.argv[1:]
report = {{
    "arguments": [sys.argv[0], *map(ascii, words)],
    "environment": [[ascii(name), ascii(value)] for name, value in os.environ.items()],
    "directory": os.readlink("/proc/self/cwd"),
    "umask": os.umask(0),
    "handlers": [str(signal.getsignal(number)) for number in sorted(signal.valid_signals())],
    "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    "limits": [resource.getrlimit(number) for number in range(16)],
    "descriptors": list(descriptors()),
    "streams": [stream(name) for name in ("stdin", "stdout", "stderr")],
    "interpreter": [sys.executable, sys.path, str(sys.flags), locale.getlocale(), os.getsid(0), os.getpgrp()],
    "clock": [time.tzname, time.timezone, time.localtime(0).tm_hour],
    "main": [__name__, __file__, sys.modules["__main__"].__dict__ is globals()],
    "ids": [os.getuid(), os.getgroups(), os.getpriority(os.PRIO_PROCESS, 0), sorted(os.sched_getaffinity(0))],
    "threads": threading.active_count(),
    "read": sys.stdin.read() if words == ["read"] else None,
}}
with open(os.environ["REPORT"], "w") as file:
    json.dump(report, file, indent=1)
with open(os.environ["REPORT"] + ".loaded", "w") as file:
    file.write(" ".join(sys.modules))
print("to output")
print("to errors", file=sys.stderr)
"""
_SITUATIONS = {
    "plain": "probe",
    "arguments": "probe '' 'a b' --x=$'\\xff' $'new\\nline'",
    "a variable that is no text": "ODD=$'\\xff' EMPTY= probe",
    "hardly any environment": "exec env -i PATH=$PATH REPORT=$REPORT probe",
    "a time zone": "TZ=Asia/Tokyo probe",
    "no time zone": "env -u TZ probe",
    "a locale": "LC_ALL=C probe",
    "an option of Python": "PYTHONUTF8=0 PYTHONUNBUFFERED=1 probe",
    "umask": "umask 077; probe",
    "another directory": "cd /; probe",
    "a directory that is gone": "mkdir gone; cd gone; rmdir ../gone; probe",
    "a limit of files": "ulimit -n 40; probe",
    "a limit of sizes": "ulimit -c 0; ulimit -f 1000; probe",
    "signals that are ignored": "trap '' INT TERM USR1; probe",
    "in the background": "probe & wait",
    "input": "printf 'a\\r\\nb\\n' | probe read",
    "half of a file": "printf 'a\\nb\\n' > half; { read x; probe read; } < half",
    "no input": "probe <&-",
    "no output": "probe >&-",
    "no errors": "probe 2>&-",
    "no streams": "probe <&- >&- 2>&-",
    "errors with output": "probe 2>&1",
    "output to a file": "echo before > out; probe >> out; cat out",
    "more descriptors": "exec 7> seven 9< /dev/null; probe",
    "a descriptor for a file": "probe /dev/fd/9 9< <(true); true",
    "another priority": "nice -n 3 probe",
}


_ANEW = {"a locale", "an option of Python", "hardly any environment"}


@pytest.fixture(name="cold", scope="module")
def _cold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    program = tmp_path_factory.mktemp("cold") / "probe"
    program.write_text(_PROBE.format(python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    return program


@pytest.fixture(name="forked", scope="module")
def _forked(cold: Path) -> Iterator[WarmProgram]:
    program = WarmProgram(cold, ["click", "syntask_yaml.errors"])
    yield program
    program.close()


def _run(line: str, programs: list[Path], cwd: Path) -> tuple[int, bytes, str]:
    """What *line* ends with and prints, and what the program reports of its process."""
    cwd.mkdir()
    path = ":".join(map(str, [*programs, "/usr/local/bin", "/usr/bin", "/bin"]))
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=cwd,
        env={**os.environ, "PATH": path, "TZ": "UTC", "REPORT": str(cwd / "report")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
    report = (cwd / "report").read_text(encoding="utf-8")
    for order, pipe in enumerate(dict.fromkeys(re.findall(r"pipe:\[\d+\]", report))):
        report = report.replace(pipe, f"pipe {order}")
    return done.returncode, done.stdout + done.stderr, report


@pytest.mark.parametrize("situation", _SITUATIONS)
def test_it_has_all_that_a_start_gives(
    situation: str, cold: Path, forked: WarmProgram, tmp_path: Path
) -> None:
    line = _SITUATIONS[situation]
    started = _run(line, [cold.parent], tmp_path / "there")
    (tmp_path / "there").rename(tmp_path / "before")

    assert _run(line, [forked.folder, cold.parent], tmp_path / "there") == started
    loaded = (tmp_path / "there" / "report.loaded").read_text(encoding="utf-8").split()
    assert ("syntask_yaml.errors" in loaded) == (situation not in _ANEW)


_ENDS = """\
#!{python}
import os, signal, sys, time
if sys.argv[1] == "exit":
    sys.exit(int(sys.argv[2]))
if sys.argv[1] == "kill":
    os.kill(os.getpid(), int(sys.argv[2]))
if sys.argv[1] == "handle":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))
print(os.getpid(), flush=True)
time.sleep(60)
"""


@pytest.fixture(name="ending", scope="module")
def _ending(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A forked program that ends as its arguments say."""
    source = tmp_path_factory.mktemp("ending") / "ends"
    source.write_text(_ENDS.format(python=sys.executable), encoding="utf-8")
    source.chmod(0o755)
    program = WarmProgram(source, [])
    yield str(program.program)
    program.close()


def test_a_start_that_is_killed_at_once_is_in_nobodys_way(ending: str) -> None:
    """Whether or not it has been answered; nothing that it stands for goes on."""
    for number in range(30):
        child = subprocess.Popen([ending, "wait"], stdout=subprocess.PIPE)
        time.sleep(number / 1000)
        child.kill()
        child.communicate(timeout=60)  # until nobody has its output any more

    assert subprocess.run([ending, "exit", "3"]).returncode == 3


@pytest.mark.parametrize(
    ("arguments", "code"),
    [("exit 0", 0), ("exit 3", 3), ("exit 255", 255), ("kill 15", -15), ("kill 9", -9), ("kill 11", -11)],
    ids=str,
)
def test_it_ends_as_the_program_does(ending: str, arguments: str, code: int) -> None:
    assert subprocess.run([ending, *arguments.split()], stdout=subprocess.DEVNULL).returncode == code


@pytest.mark.parametrize(
    ("sent", "arguments", "code"),
    [
        (signal.SIGTERM, "wait", -signal.SIGTERM),
        (signal.SIGTERM, "handle", 5),
        (signal.SIGINT, "wait", -signal.SIGINT),
        (signal.SIGKILL, "handle", -signal.SIGKILL),
    ],
    ids=str,
)
def test_what_is_sent_to_it_reaches_the_program(ending: str, sent: int, arguments: str, code: int) -> None:
    with subprocess.Popen([ending, arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        forked = int(process.stdout.readline())
        assert is_alive(forked)
        process.send_signal(sent)

        assert process.wait(60) == code
    deadline = time.monotonic() + 60
    while is_alive(forked):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_many_run_at_once(ending: str) -> None:
    processes = [subprocess.Popen([ending, "exit", str(number)]) for number in range(20)]

    assert [process.wait(60) for process in processes] == list(range(20))


_READS = """
import collections.abc, os, sys
from importlib import import_module

import croniter  # starts a program, with all of the environment, to learn how wide an integer is
import zoneinfo  # HOME: what it asks for a folder also knows that of the packages of a user

class Recorded(collections.abc.MutableMapping):
    def __init__(self, there):
        self.there, self.read = there, set()
    def __getitem__(self, name):
        self.read.add(name)
        return self.there[name]
    def __setitem__(self, name, value):
        self.there[name] = value
    def __delitem__(self, name):
        del self.there[name]
    def __iter__(self):
        self.read.add("ALL")
        return iter(self.there)
    def __len__(self):
        return len(self.there)

recorded = os.environ = Recorded(os.environ)
for name in sys.argv[1:]:
    import_module(name)
print(*recorded.read)
"""


def test_what_is_loaded_before_has_not_looked_at_the_environment() -> None:
    """Or only at variables with which a program is started anew."""
    command = [sys.executable, "-c", _READS, *warm.modules()]
    read = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()

    assert "PREFECT__FLOW_RUN_ID" in read
    assert [name for name in read if not name.encode().startswith(READ_AT_START)] == []
