"""The files of `serve --install` as systemd and a shell read them."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from syntask_yaml.model.run import StateType
from syntask_yaml.operations.service_files import InstalledService, cron_table, systemd_unit
from tests.support.processes import clean_environ, end, kill, start
from tests.support.site import Site, until
from tests.support.user_manager import can_start, user_manager

pytestmark = pytest.mark.real

_ODD = "a b %h $HOME ${X} 'q' \"d\" \\n ; # é"
_WRITE = """\
import json, os, sys
from pathlib import Path

text = json.dumps([sys.argv[1:], os.getcwd(), os.environ["A"]])
Path(__file__).with_name("out").write_text(text, encoding="utf-8")
"""
_FLOWS = """\
import os, time
from pathlib import Path
from syntask import flow

@flow
def marks(seconds: float = 0.0):
    with Path(os.environ["MARKS"], "ran").open("a") as file:
        file.write(os.environ["SYNTASK__FLOW_RUN_ID"] + "\\n")
    time.sleep(seconds)
    with Path(os.environ["MARKS"], "ended").open("a") as file:
        file.write(os.environ["SYNTASK__FLOW_RUN_ID"] + "\\n")
"""


@pytest.fixture(name="service")
def _service(tmp_path: Path) -> InstalledService:
    """One that writes its arguments, its directory and a variable to the file `out`, with odd names."""
    folder = tmp_path / _ODD
    folder.mkdir()
    (tmp_path / "write.py").write_text(_WRITE, encoding="utf-8")
    return InstalledService(
        title=_ODD,
        owner=str(folder / "syntask.yaml"),
        argv=(sys.executable, str(tmp_path / "write.py"), _ODD, "", "--name=*"),
        directory=folder,
        environ={"A": _ODD, "PATH": os.environ["PATH"]},
        home=folder,
        stop_seconds=90.0,
    )


def arrived(tmp_path: Path, service: InstalledService) -> None:
    """Wait until the service has run, and compare what it was given with what was meant."""
    out = tmp_path / "out"
    until(lambda: out.exists() and out.read_text("utf-8").endswith("]"), seconds=20)
    assert json.loads(out.read_text("utf-8")) == [list(service.argv[2:]), str(service.directory), _ODD]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_has_nothing_to_say_about_the_unit(service: InstalledService, tmp_path: Path) -> None:
    """Its exit code says little: it leaves out what it does not know, with a warning."""
    unit = tmp_path / f"{service.name}.service"
    unit.write_text(systemd_unit(service), encoding="utf-8")
    assert verified(unit, tmp_path) == ""
    unit.write_text(systemd_unit(service).replace("Restart=always", "Restart=allways"), encoding="utf-8")
    assert "Failed to parse service restart specifier" in verified(unit, tmp_path)


def verified(unit: Path, folder: Path) -> str:
    """What `systemd-analyze verify` prints."""
    environ = clean_environ(XDG_RUNTIME_DIR=str(folder))
    argv = ["systemd-analyze", "--user", "verify", str(unit)]
    done = subprocess.run(argv, env=environ, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr


@pytest.mark.skipif(not can_start(), reason="needs systemd, and to be allowed a mount namespace")
def test_systemd_starts_what_was_meant(service: InstalledService, tmp_path: Path) -> None:
    """Whatever stands in paths, arguments and variables."""
    units = tmp_path / "home" / ".config" / "systemd" / "user"
    units.mkdir(parents=True)
    (units / "odd.service").write_text(systemd_unit(service), encoding="utf-8")
    with user_manager(tmp_path / "home", clean_environ()) as manager:
        manager.systemctl("start", "odd.service")
        arrived(tmp_path, service)


def test_cron_starts_what_was_meant(service: InstalledService, tmp_path: Path) -> None:
    """As cron does it: a shell is given what is before the first `%` without a backslash."""
    service = replace(service, environ={"A": _ODD})
    *_, line = cron_table(service).splitlines()
    fields, command = line[: len("* * * * *")], line[len("* * * * * ") :]
    assert fields == "* * * * *"
    assert "%" not in command.replace(r"\%", "")
    shell = ["/bin/sh", "-c", command.replace(r"\%", "%")]
    environ = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    subprocess.run(shell, env=environ, cwd=tmp_path, timeout=60, check=True)
    arrived(tmp_path, service)


def declared(tmp_path: Path) -> Site:
    """A site with a schedule that fires each second, and a store with an odd path."""
    site = Site(tmp_path / "a %h $HOME b", {"SYNTASK_WORKER_LEASE_SECONDS": "1"})
    (site.code / "flows.py").write_text(_FLOWS, encoding="utf-8")
    often = {"entrypoint": "flows.py:marks", "schedules": [{"interval": 1}]}
    site.declare({"often": often, "asked": {"entrypoint": "flows.py:marks"}})
    (site.home / "syntask-site.env").write_text(
        f'MARKS="{site.marks}"\n'.replace("$", "\\$"), encoding="utf-8"
    )
    return site


def check_nothing_is_lost_or_doubled(site: Site, asked: list[str]) -> None:
    """Each run that was asked for has ended, none began twice, and no time of a schedule has two runs."""
    for run in asked:
        assert site.until(run).state.type in (StateType.COMPLETED, StateType.CRASHED)
    assert max(Counter(site.marked("ran")).values()) == 1
    assert {run.id for run in site.runs(StateType.COMPLETED)} <= set(site.marked("ended"))
    times = Counter(run.scheduled for run in site.runs() if run.is_scheduled)
    assert max(times.values()) == 1


def test_after_a_power_cut_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    """What the unit starts is killed with all that it started, and started again."""
    site = declared(tmp_path)
    text = site.syntask("serve", "--install", "systemd", "--print")
    (line,) = (line for line in text.splitlines() if line.startswith("ExecStart="))
    argv = [
        part.replace("%%", "%").replace("$$", "$") for part in shlex.split(line.removeprefix("ExecStart="))
    ]
    environ = site.environment(MARKS=str(site.marks))
    asked: list[str] = []
    for _ in range(2):
        process = start(argv, log=site.folder / "log", environ=environ, cwd=site.code)
        try:
            asked += site_asked(site)
        finally:
            cut(process)
    process = start(argv, log=site.folder / "log", environ=environ, cwd=site.code)
    try:
        asked += site_asked(site)
        check_nothing_is_lost_or_doubled(site, asked)
    finally:
        end(process)


def cut(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and all below it."""
    with suppress(OSError):
        for pid in map(int, Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    kill(process)


@pytest.mark.skipif(not can_start(), reason="needs systemd, and to be allowed a mount namespace")
def test_under_systemd_it_comes_back_and_stops_in_order(tmp_path: Path) -> None:
    """The unit as it is installed: enabled, killed, without power, stopped."""
    site = declared(tmp_path)
    said = site.call("serve", "--install", "systemd", "--wait-for-runs", "1s")
    assert "systemctl --user enable --now syntask-site.service" in said.stdout
    unit = "syntask-site.service"
    with user_manager(site.home, clean_environ()) as manager:
        manager.systemctl("enable", "--now", unit)
        asked = site_asked(site)
        os.kill(manager.main_pid(unit), signal.SIGKILL)
        asked += site_asked(site)  # `Restart=always`
        manager.cut_power()
        asked += site_asked(site)  # `WantedBy=default.target`
        check_nothing_is_lost_or_doubled(site, asked)

        (last,) = site.ask("asked", parameters={"seconds": 600})
        site.until(last, StateType.RUNNING)
        manager.systemctl("stop", unit)
        assert site.run(last).state.message == "The worker was stopped."
        assert manager.systemctl("show", "--value", "-p", "Result", unit).strip() == "success"


def site_asked(site: Site) -> list[str]:
    """Some runs that were asked for and have begun."""
    until(lambda: site.store.exists() and _is_deployed(site))
    before = len(site.marked("ran"))
    asked = site.ask("asked", times=4, parameters={"seconds": 0.5})
    until(lambda: len(site.marked("ran")) > before)
    return asked


def _is_deployed(site: Site) -> bool:
    with site.backend() as backend:
        return bool(backend.deployments())
