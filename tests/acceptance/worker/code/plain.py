"""Flows that end in every way there is, and write in every way there is."""

import asyncio
import contextlib
import itertools
import logging
import os
import signal
import stat
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

from syntask import flow, get_run_logger, task
from syntask.concurrency.sync import concurrency
from syntask.states import Cancelled, Completed, Paused

MARKS = Path(os.environ["MARKS"])


def mark(name, text="x"):
    """One line that is written whole, whoever else writes."""
    with (MARKS / name).open("a") as file:
        file.write(f"{text}\n")


@flow
def returns():
    return 42


def undecorated(name: str = "nobody"):
    print(f"hello {name}")


@flow
async def waits():
    await asyncio.sleep(0.01)
    print("waited")


@flow
def raises():
    raise ValueError("the order 17 has no customer")


@flow
def raises_nothing_to_say():
    raise RuntimeError


@flow
def raises_what_is_no_text():
    raise ValueError("half a character: \ud83d, a byte: \udcff, a zero: \0")


class SaysNothing(Exception):
    def __str__(self):
        raise RuntimeError("no words")


@flow
def raises_what_cannot_be_said():
    raise SaysNothing


@flow
def raises_at_length():
    raise ValueError("z" * 3_000_000)


@flow
def leaves_well():
    sys.exit(0)


@flow
def leaves_badly():
    sys.exit(3)


class NoCode(SystemExit):
    @property
    def code(self):
        raise RuntimeError("no code")


@flow
def leaves_oddly():
    raise NoCode


@flow
def yields():
    print("first")
    yield 1
    print("last")


@flow
async def yields_and_awaits():
    yield 1
    raise RuntimeError("after the first")


class NoStream:
    def flush(self):
        raise RuntimeError("nothing is written here")


@flow
def takes_its_streams_away():
    sys.stdout, sys.stderr = None, NoStream()


@flow
def raises_without_streams():
    sys.stdout = sys.stderr = None
    raise ValueError("unheard")


@flow
def leaves_with_words():
    sys.exit("no more coffee")


@flow
def interrupts_itself():
    raise KeyboardInterrupt


@flow
def vanishes():
    os._exit(7)


@flow
def vanishes_well():
    os._exit(0)


@flow
def is_killed():
    os.kill(os.getpid(), signal.SIGKILL)


@flow
def crashes_the_interpreter():
    os.kill(os.getpid(), signal.SIGSEGV)


@flow
def ends_its_group():
    os.killpg(0, signal.SIGTERM)


@flow
def closes_its_output():
    print("before")
    sys.stdout.close()
    sys.stderr.close()


@flow
def closes_everything():
    print("before")
    os.closerange(1, 256)


@flow
def forks():
    """The child goes up the whole stack, as a `SystemExit` of its own does."""
    child = os.fork()
    if not child:
        sys.exit(1)
    os.waitpid(child, 0)
    print("the parent goes on")


@flow
def forks_and_vanishes():
    child = os.fork()
    if not child:
        return
    os.waitpid(child, 0)
    os._exit(9)


@flow
def forks_and_logs():
    """Six processes write lines that are longer than what a pipe takes at once."""
    for number in range(6):
        if not os.fork():
            for _ in range(60):
                logging.getLogger("forked").info(str(number) * 20_000)
            os._exit(0)
    for _ in range(6):
        os.wait()


@flow
def speaks_out_of_turn():
    """Writes into the pipes that it has from its worker whatever comes to mind."""
    said = (b"{", b"null", b"[]", b'{"kind": 7}', b'{"kind": "log", "message": 7}', b'{"kind": "moo"}')
    said += (b'{"kind": "log", "level": 1e9}', b"\xff\xfe", b"[" * 100_000, b"+1.1 {", b"-1.2 }")
    for number in range(3, 20):
        if stat.S_ISFIFO(mode(number)):
            for line in said:
                with contextlib.suppress(OSError):  # the one to read from
                    os.write(number, line + b"\n")
    logging.getLogger("\udc80").log(10**30, "the end")


def mode(descriptor):
    try:
        return os.fstat(descriptor).st_mode
    except OSError:
        return 0


@flow
def leaves_a_process_behind():
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    mark("left-behind", process.pid)


@flow
def leaves_a_thread_behind():
    threading.Thread(target=lambda: time.sleep(0.3) or print("the thread ends")).start()


@flow
def writes_and_leaves_a_daemon():
    """The daemon holds the output open, outside of the group."""
    daemon = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    mark("daemon", daemon.pid)
    sys.stdout.write("without an end")
    sys.stdout.flush()


@flow
def warns():
    warnings.warn("old", stacklevel=1)
    logging.getLogger("mine").info("for your information")
    logging.getLogger("mine").warning("beware")
    logging.getLogger("httpx").info("HTTP Request: GET /")
    logging.debug("too much")


@flow
def writes_both():
    print("out")
    print("error", file=sys.stderr)


@flow
def writes_long_lines():
    print("x" * 2_500_000)
    logging.warning("y" * 2_500_000)


@flow
def logs_much(megabytes: int = 50):
    logging.getLogger("much").info("x" * (megabytes * 1_000_000))


@flow
def prints_for_long(megabytes: int):
    os.write(1, b"the first\n")
    os.write(2, b"on the other stream\n")
    for _ in range(megabytes):
        os.write(1, b"0123456789abcde\n" * 62_500)
    raise ValueError("all said")


@flow
def logs_a_secret_name():
    logging.getLogger(os.environ["TOKEN"]).info("hello")


@flow
def writes_oddly():
    write = sys.stdout.buffer.write
    write(b"bytes \xff\xfe\n\nzero \0 byte\nwindows\r\nno end")


@flow
def writes_much():
    for number in range(100_000):
        print(f"line {number}")


@flow
def writes_before_it_is_killed():
    os.write(1, b"last words\n" * 1000)
    os.kill(os.getpid(), signal.SIGKILL)


@flow(retries=2, retry_delay_seconds=0.05)
def succeeds_at_last():
    mark("succeeds_at_last")
    if len((MARKS / "succeeds_at_last").read_text()) < 6:
        raise OSError("not yet")


@flow(retries=1)
def never_succeeds():
    mark("never_succeeds")
    raise OSError("never")


@flow(timeout_seconds=0.2)
def takes_too_long():
    time.sleep(600)


@flow(timeout_seconds=0.2, retries=1)
def is_faster_the_second_time():
    mark("is_faster")
    time.sleep(600 if len((MARKS / "is_faster").read_text()) == 2 else 0)


@flow(log_prints=True)
def says_where_it_is():
    print("here", Path.cwd())
    print("elsewhere", os.environ.get("ELSEWHERE"))


@flow
def reads_standard_input():
    print(repr(sys.stdin.read()))


@flow
def tells_its_environment():
    for name in ("TOKEN", "NUMBER", "EMPTY", "MARKS"):
        print(name, os.environ.get(name))
    print(sorted(name for name in os.environ if name.startswith("SYNTASK")))


@flow
def sleeps(seconds: float = 600.0):
    mark("began")
    time.sleep(seconds)
    mark("ended")


@flow
def holds_a_slot():
    with concurrency("database"):
        mark("held")
        time.sleep(600)


@flow
def holds_slots_of(names: list[str]):
    """Two slots of each."""
    with concurrency(names, occupy=2):
        mark("_".join(names))
        time.sleep(600)


@flow
def marks_itself():
    mark("ran", os.environ["SYNTASK__FLOW_RUN_ID"])


@flow
def holds_the_lock():
    """No other thread of this process gets a turn again."""
    mark("began")
    sum(itertools.repeat(1))


@flow
def does_not_obey():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    mark("began")
    time.sleep(600)


@flow
def tidies_up():
    """Cancelled, it ends what it began."""
    mark("began")
    try:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        time.sleep(600)
    finally:
        mark("tidied")
        print("tidied up")


@flow
def never_stops_writing():
    mark("began")
    while True:
        os.write(1, b"and on\n" * 9_000)


@flow
def overlaps(seconds: float = 0.2):
    """Says when it begins and when it ends, in lines that nobody else tears apart."""
    line = os.environ["SYNTASK__FLOW_RUN_NAME"].encode()
    file = os.open(MARKS / "overlaps", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(file, b"begin " + line + b"\n")
    time.sleep(seconds)
    os.write(file, b"end " + line + b"\n")


@flow
def eats_memory():
    """More than its group may have."""
    (Path(os.environ["MEMORY_GROUP"]) / "cgroup.procs").write_text(str(os.getpid()))
    taken = bytearray(400_000_000)
    for page in range(0, len(taken), 4096):
        taken[page] = 1


@flow
def ignores_the_end():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    mark("began")
    time.sleep(600)


@flow(retries=2, retry_delay_seconds=60)
def tries_for_long():
    raise OSError("not yet")


@flow
def fails_once(name: str):
    mark("fails_once")
    if len((MARKS / "fails_once").read_text()) < 4:
        raise OSError("the first time")
    print(name, os.environ["X"])


@flow(on_cancellation=[lambda _flow, run, state: mark("cancelled", f"{run.state_name} {state.name}")])
def tells_that_it_is_cancelled():
    mark("begun")
    time.sleep(60)


@flow
def skips():
    return Completed(name="Skipped", message="nothing new")


@flow
def gives_up():
    return Cancelled(message="enough")


@flow
def pauses():
    return Paused()


@task(retries=1)
def has_no_customer(number):
    get_run_logger().info("order %s", number)
    raise ValueError(f"the order {number} has no customer")


@flow
def submits():
    return has_no_customer.map([17, 18])


@flow
def calls_tasks():
    with contextlib.suppress(ValueError):
        has_no_customer(1)
    has_no_customer(2)
