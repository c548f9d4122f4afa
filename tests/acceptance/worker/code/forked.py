"""Flows that say what their process is like, and that start others."""

import atexit
import gc
import json
import locale
import logging
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from syntask import flow

# Not `SigQ`, which counts the signals that wait for any process of the user.
_OF_PROCESS = ("SigPnd", "SigBlk", "SigIgn", "SigCgt", "Shd", "NoNewPrivs", "Seccomp:")


def descriptors():
    """What is open, by number: the kind of each; and which of them programs would get."""
    found = {}
    for number in range(64):
        link = Path(f"/proc/self/fd/{number}")
        if link.is_symlink():
            kind = str(link.readlink()).partition(":")[0]
            found[number] = f"{kind} {os.get_inheritable(number)}"
    return sorted(found.values())


@flow
def probe():
    """Everything about the process that a flow can see, apart from what differs in each run."""
    main = sys.modules["__main__"]
    own = {"SYNTASK__FLOW_RUN_ID", "SYNTASK__FLOW_RUN_NAME"}
    streams = (sys.stdin, sys.stdout, sys.stderr)
    handlers = {str(number): str(signal.getsignal(number)) for number in signal.valid_signals()}
    status = Path("/proc/self/status").read_text().splitlines()
    seen = {
        "argv": sys.argv,
        "orig_argv": sys.orig_argv,
        "executable": sys.executable,
        "flags": str(sys.flags),
        "xoptions": str(sys._xoptions),
        "path": sys.path,
        "main": [main.__name__, main.__spec__.name, main.__file__, sorted(vars(main))],
        "environ": {name: value for name, value in os.environ.items() if name not in own},
        "environ of a child": sorted(
            line.partition("=")[0]
            for line in subprocess.run(["env"], capture_output=True, text=True).stdout.splitlines()
        ),
        "cwd": str(Path.cwd()),
        "leads": [os.getsid(0) == os.getpid(), os.getpgrp() == os.getpid()],
        "umask": os.umask(0o022),
        "descriptors": descriptors(),
        "streams": [(type(each.buffer).__name__, each.encoding, each.errors, each.line_buffering,
                     each.write_through, each.isatty(), each.seekable()) for each in streams],
        "handlers": handlers,
        "signals": [line for line in status if line.startswith(_OF_PROCESS)],
        "threads": [each.name for each in threading.enumerate()],
        "main thread": threading.current_thread() is threading.main_thread(),
        "native": threading.get_native_id() == os.getpid(),
        "gc": [gc.isenabled(), gc.get_threshold()],
        "locale": [locale.setlocale(locale.LC_ALL), sys.getfilesystemencoding()],
        "time zone": time.tzname,
        "handler": [str(logging.getLogger().handlers), logging.getLogger().level],
        "recursion": sys.getrecursionlimit(),
        "atexit": atexit._ncallbacks(),
        "trace": [str(sys.gettrace()), str(sys.getprofile()), str(sys.excepthook), str(threading.excepthook)],
        "depth": len(list(frames())),
        "cpu": time.process_time() < 5,
    }  # fmt: skip
    print("PROBE " + json.dumps(seen))
    print(f"PARENT {os.getppid()}")
    print(f"CHANCE {random.random()}")


def frames():
    frame = sys._getframe()
    while frame:
        yield frame
        frame = frame.f_back


@flow
def parent():
    print(f"PARENT {os.getppid()}")


def square(number):
    return number * number


@flow
def computes_elsewhere():
    """In processes of each kind, and in threads."""
    for kind in ("fork", "spawn", "forkserver"):
        with multiprocessing.get_context(kind).Pool(2) as pool:
            print(kind, pool.map(square, range(4)))
    results = []
    threads = [threading.Thread(target=lambda each=each: results.append(each)) for each in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pid = os.fork()
    if pid == 0:
        os._exit(5)
    print("threads", sorted(results), "fork", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


@flow
def says_goodbye():
    atexit.register(print, "at the very end")


@flow
def waits_and_vanishes():
    """With code 7, once it may."""
    (Path(os.environ["MARKS"]) / "waiting").write_text(f"{os.getpid()}\n")
    while not (Path(os.environ["MARKS"]) / "go").exists():
        time.sleep(0.02)
    os._exit(7)


@flow
def waits_and_returns():
    (Path(os.environ["MARKS"]) / "waiting").write_text(f"{os.getpid()}\n")
    while not (Path(os.environ["MARKS"]) / "go").exists():
        time.sleep(0.02)
    print("went on")


@flow
def writes_a_lot():
    for _ in range(100):
        print("x" * 50_000)


@flow
def takes_its_group_away():
    """Starts a process that would outlive it."""
    process = subprocess.Popen(["sleep", "600"])
    (Path(os.environ["MARKS"]) / "left").write_text(f"{process.pid}\n")
