"""`syntask serve --install`, and the options with which it has the command started."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from syntask_yaml.model.run import StateType
from tests.acceptance.worker.test_serve import RETURNS, SLEEPS, serving
from tests.support.site import Site, until

Deployed = Callable[..., Site]


@pytest.fixture(name="site")
def _site(deployed: Deployed) -> Site:
    site = deployed()
    site.declare({"one": RETURNS, "two": SLEEPS})
    return site


def unit_of(site: Site) -> Path:
    return site.home / ".config/systemd/user/syntask-site.service"


def test_a_unit_is_written_once_and_says_what_is_next(site: Site) -> None:
    first = site.call("serve", "-n", "one", "--limit", "4", "--install", "systemd")
    assert f"Wrote `{unit_of(site)}`." in first.stderr
    assert "  systemctl --user enable --now syntask-site.service\n" in first.stdout
    assert "  loginctl enable-linger " in first.stdout
    text = unit_of(site).read_text(encoding="utf-8")
    assert ' "serve" "--name=one" "--limit=4" "--wait-for-runs=60s" "--start-anyway"\n' in text
    assert (
        "TimeoutStopSec=105\n" in text
    )  # 60 s for runs, 30 s of grace for those that are cancelled, and more
    assert f'Environment="SYNTASK_HOME={site.home}"\n' in text
    assert list(unit_of(site).parent.iterdir()) == [unit_of(site)]

    assert "is up to date" in site.call("serve", "-n", "one", "--limit", "4", "--install", "systemd").stderr
    assert "Wrote" in site.call("serve", "--install", "systemd", SYNTASK_WORKER_GRACE_SECONDS="90").stderr
    assert "TimeoutStopSec=165\n" in unit_of(site).read_text(encoding="utf-8")


@pytest.mark.parametrize("there", ["[Service]\nExecStart=/bin/true\n", "", None])
def test_a_unit_of_somebody_else_stays(site: Site, there: str | None) -> None:
    """None: one that is masked, which is a link."""
    unit_of(site).parent.mkdir(parents=True)
    if there is None:
        unit_of(site).symlink_to(os.devnull)
    else:
        unit_of(site).write_text(there, encoding="utf-8")
    done = site.call("serve", "--install", "systemd")
    assert done.returncode == 1
    assert "exists, and was not written for this project" in done.stderr
    assert unit_of(site).read_text(encoding="utf-8") == (there or "")


def test_a_project_of_the_same_name_elsewhere_is_somebody_else(site: Site, tmp_path: Path) -> None:
    site.syntask("serve", "--install", "systemd")
    other = Site(tmp_path / "other", {"HOME": str(site.home)})
    other.declare({})
    assert "was not written for this project" in other.call("serve", "--install", "systemd").stderr


def test_cron_gets_a_line_to_add(site: Site) -> None:
    done = site.call("serve", "--install", "cron", PATH="/usr/bin:/bin")
    table = site.home / "syntask-site.crontab"
    assert done.stdout == (
        f"  (crontab -l 2>/dev/null | grep -v ' # syntask-site$'; tail -n 1 {table}) | crontab -\n"
    )
    mark, line = table.read_text(encoding="utf-8").splitlines()
    assert mark.startswith(f"# Written by `syntask serve --install` for {site.code / 'syntask.yaml'}.")
    assert line.startswith("* * * * * set -a; PATH=/usr/bin:/bin; ")
    assert f" --unless-running >> {site.home}/syntask-site.log 2>&1 # syntask-site" in line


def test_a_line_that_cron_would_cut_is_rejected(site: Site) -> None:
    path = ":".join(["/usr/bin", "/bin", *(f"/opt/tools/{number:03}/bin" for number in range(60))])
    done = site.call("serve", "--install", "cron", PATH=path)
    assert done.returncode == 64
    assert "cron reads only 990" in done.stderr
    assert "The variable `PATH` has" in done.stderr


def test_printing_writes_nothing(site: Site) -> None:
    assert "[Service]" in site.syntask("serve", "--install", "systemd", "--print")
    assert not unit_of(site).exists()
    assert site.call("serve", "--print").returncode == 64


def test_without_a_project_nothing_is_installed(site: Site) -> None:
    (site.code / "syntask.yaml").unlink()
    done = site.call("serve", "--install", "systemd")
    assert done.returncode == 1
    assert "No project file" in done.stderr
    assert not unit_of(site).exists()


def test_started_anyway_it_executes_what_was_deployed_before(site: Site) -> None:
    """As after a restart of the machine, when the file is not valid just then."""
    site.syntask("deploy", "--all")
    site.declare({"one": {"entrypoint": "plain.py:no_such"}})
    (run,) = site.ask("one")
    with serving(site, "--start-anyway") as server:
        server.until("The deploy failed.")
        assert site.until(run).state.type is StateType.COMPLETED
        site.declare({"one": RETURNS, "new": RETURNS})
        server.until("created  returns/new")


def test_only_one_is_started_unless_it_runs(site: Site) -> None:
    """And the next one after it was killed."""
    with serving(site, "--unless-running", log="one.log") as one:
        one.until("Serves the work pool")
        assert site.syntask("serve", "--unless-running") == ""
        one.process.kill()
        one.process.wait(10)
        with serving(site, "--unless-running", log="two.log") as two:
            two.until("Serves the work pool")


def test_stopped_it_waits_for_runs_no_longer_than_it_may(site: Site) -> None:
    with serving(site, "--wait-for-runs", "2s") as server:
        server.until("Serves the work pool")
        short, long = site.ask("two", parameters={"seconds": 1}) + site.ask("two")
        until(lambda: len(site.marked("began")) == 2)
        server.process.terminate()
        assert server.process.wait(30) == 0
    assert site.run(short).state.type is StateType.COMPLETED
    assert site.run(long).state.type is StateType.CANCELLED
