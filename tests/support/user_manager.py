"""A real `systemd --user` of its own, in a mount namespace where systemd seems to have booted."""

from __future__ import annotations

import os
import shutil
import subprocess
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.processes import descendants, end, kill, start
from tests.support.site import until

MANAGER = Path("/lib/systemd/systemd")


def can_start() -> bool:
    """Whether there is a systemd, and this process may make a mount namespace."""
    if not MANAGER.exists() or shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode == 0


class UserManager:
    """The manager of a user whose home is *home*: from `start` to `end`, or to `cut_power`."""

    def __init__(self, home: Path, runtime: Path, environ: Mapping[str, str]) -> None:
        self._runtime = runtime
        self._environ = {**environ, "HOME": str(home), "XDG_RUNTIME_DIR": str(self._runtime)}
        self._log = home / "manager.log"
        self._start()

    def _start(self) -> None:
        script = textwrap.dedent(f"""\
            mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system
            exec {MANAGER} --user --log-target=console
        """)
        shutil.rmtree(self._runtime / "systemd", ignore_errors=True)
        self.process = start(["unshare", "-m", "sh", "-ec", script], log=self._log, environ=self._environ)
        until((self._runtime / "systemd" / "private").exists)

    def systemctl(self, *arguments: str, code: int = 0) -> str:
        """What `systemctl --user` prints."""
        done = subprocess.run(
            ["nsenter", "-m", "-t", str(self.process.pid), "systemctl", "--user", *arguments],
            env=self._environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr + self._log.read_text("utf-8")
        return done.stdout

    def main_pid(self, unit: str) -> int:
        return int(self.systemctl("show", "--value", "-p", "MainPID", unit))

    def cut_power(self) -> None:
        """Kill the manager and all that it started, and start it anew."""
        for pid in (self.process.pid, *descendants(self.process.pid)):
            os.kill(pid, 9)
        kill(self.process)
        self._start()

    def end(self) -> None:
        """Have it stop its units, and end."""
        end(self.process, seconds=60)


@contextmanager
def user_manager(home: Path, environ: Mapping[str, str]) -> Iterator[UserManager]:
    """A running one. Its socket has a short path: those of tests are longer than a socket's may be."""
    with TemporaryDirectory(prefix="syntask-", dir="/tmp") as runtime:
        manager = UserManager(home, Path(runtime), environ)
        try:
            yield manager
        finally:
            manager.end()
