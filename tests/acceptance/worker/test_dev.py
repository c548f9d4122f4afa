"""`syntask dev`: a project, its runs and its pages in one command."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from syntask_yaml.model.run import StateType
from tests.support.pages import form_token
from tests.support.processes import end, is_alive, start
from tests.support.site import PROGRAM, Site, until

pytest.importorskip("uvicorn", reason="the extra `ui` is not installed")

Deployed = Callable[..., Site]
SLEEPS = {"entrypoint": "plain.py:sleeps", "parameters": {"seconds": 60}}
RETURNS = {"entrypoint": "plain.py:returns"}


class Dev:
    """`syntask dev`, or another *command* with pages, at work; leaving the `with` block ends it."""

    def __init__(self, site: Site, command: str = "dev") -> None:
        self._log = site.folder / "dev.log"
        argv = [PROGRAM, command, "--port", "0"]
        self.process = start(argv, log=self._log, environ=site.environment(), cwd=site.code)

    def __enter__(self) -> Dev:
        return self

    def __exit__(self, *_error: object) -> None:
        end(self.process)

    @property
    def text(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def until(self, text: str) -> str:
        """Wait until something that matches *text* was said, and return it."""

        def look() -> str | None:
            assert self.process.poll() is None, self.text
            found = re.search(text, self.text)
            return found[0] if found else None

        return until(look)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_pages_alone_end_as_they_are_told_to(deployed: Deployed, number: int) -> None:
    """That is no failure of a service that was stopped."""
    site = deployed("returns")
    with Dev(site, "ui") as pages:
        pages.until(r"http://127\.0\.0\.1:\d+/")
        pages.process.send_signal(number)
        assert pages.process.wait(30) == 0
    assert "error" not in pages.text


@pytest.mark.torture
def test_it_deploys_on_save_runs_at_a_click_and_ends_with_everything(deployed: Deployed) -> None:
    """What is wrong is said, and what was deployed before goes on."""
    site = deployed()
    (site.code / "syntask.yaml").write_text("deployments:\n- {name: one\n", encoding="utf-8")
    with Dev(site) as dev:
        url = dev.until(r"http://127\.0\.0\.1:\d+/")
        dev.until("Invalid YAML")
        site.declare({"one": RETURNS, "two": SLEEPS})
        dev.until("created  sleeps/two")
        site.declare({"one": RETURNS, "two": {**SLEEPS, "entrypoint": "plain.py:no_such"}})
        dev.until("plain.py:no_such")
        with httpx.Client(base_url=url, trust_env=False, follow_redirects=True) as client:
            token = form_token(client.get("/deployments").text)
            page = client.post("/deployment/run", data={"token": token, "name": "sleeps/two"})
        run = str(page.url).rpartition("/")[2]
        site.until(run, StateType.RUNNING)
        dev.process.send_signal(signal.SIGINT)
        assert dev.process.wait(30) == 0
    assert site.run(run).state.type is StateType.CANCELLED
    with pytest.raises(httpx.TransportError):
        httpx.get(url, trust_env=False)


@pytest.mark.torture
def test_it_follows_a_file_that_is_broken_deleted_renamed_and_saved_often(deployed: Deployed) -> None:
    """Each time it says what became of the file; of many saves in a second, the last one counts."""
    site = deployed()
    site.declare({"one": RETURNS})
    file, code = site.code / "syntask.yaml", site.code / "plain.py"
    with Dev(site) as dev:
        dev.until("created  returns/one")
        whole = code.read_text(encoding="utf-8")
        code.write_text(f"{whole}\ndef broken(:\n", encoding="utf-8")
        dev.until("Cannot read flows from `plain.py`: syntax error")
        code.write_text(whole, encoding="utf-8")
        dev.until("unchanged on embedded")
        file.rename(site.code / "away.yaml")
        dev.until(r"syntask.yaml` is gone. Deploying again")
        dev.until("No project file")
        (site.code / "away.yaml").rename(file)
        dev.until(r"(?s)No project file.*unchanged on embedded")
        for number in range(30):
            site.declare({"one": RETURNS, f"save-{number}": RETURNS})
        dev.until("created  returns/save-29")
        with site.backend() as backend:
            names = {each.deployment.name for each in backend.deployments()}

    assert {"one", "save-29"} <= names
    assert len(names) <= 4, "a deploy for each save"
    assert "Traceback" not in dev.text


@pytest.mark.torture
def test_killed_it_leaves_no_deploy_and_no_step_behind(deployed: Deployed) -> None:
    site = deployed()
    script = f"sh -c 'echo $$ > {site.marks}/step; echo $PPID > {site.marks}/deploy; exec sleep 600'"
    build = [{"syntask.deployments.steps.run_shell_script": {"script": script}}]
    site.declare({"one": {**RETURNS, "build": build}})
    with Dev(site) as dev:
        (step,) = until(lambda: site.marked("step"))
        (deploy,) = until(lambda: site.marked("deploy"))
        dev.process.kill()  # and nothing of its process group, as `end` would

        until(lambda: not is_alive(int(step)) and not is_alive(int(deploy)), seconds=10)


def test_there_is_nothing_to_work_on_without_a_project(tmp_path: Path) -> None:
    done = Site(tmp_path).call("dev", "--port", "0")

    assert done.returncode == 1
    assert "No project file" in done.stderr


def test_a_server_is_developed_on_by_other_means(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.declare({})
    done = site.call("--backend", "http://127.0.0.1:9/api", "dev")

    assert done.returncode == 1
    assert "`dev` keeps deployments on the embedded backend" in done.stderr
