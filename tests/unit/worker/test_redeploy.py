"""When a project is deployed again, with a clock that moves when it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from syntask_yaml.worker.events import DeployFailed, ProjectChanged
from syntask_yaml.worker.redeploy import Redeployer

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Desk:
    """A file, a deploy that returns *code*, and what was said."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "syntask.yaml"
        self.file.write_text("a", encoding="utf-8")
        self.code = 0
        self.deployed: list[str] = []
        self.told: list[object] = []
        self.now = NOW
        self.redeployer = Redeployer(self._deploy, lambda: frozenset({self.file}), self.told.append)

    def _deploy(self, _stop: Event) -> int:
        self.deployed.append(self.file.read_text(encoding="utf-8") if self.file.exists() else "")
        return self.code

    def after(self, *, seconds: float) -> list[str]:
        """What was deployed after so many seconds with a tick each."""
        for _ in range(int(seconds)):
            self.now += timedelta(seconds=1)
            self.redeployer.tick(self.now)
            if self.redeployer._deploying is not None:
                self.redeployer._deploying.exception()
        return self.deployed


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    assert desk.redeployer.begin(NOW) == 0
    yield desk
    desk.redeployer.close()


def test_nothing_changes_nothing(desk: Desk) -> None:
    assert desk.after(seconds=1000) == ["a"]
    assert desk.told == []


def test_a_change_is_deployed_once_it_is_whole(desk: Desk) -> None:
    """A file that differs each time somebody looks is still being written."""
    desk.after(seconds=5)
    for text in ("bb", "ccc", "dddd"):
        desk.file.write_text(text, encoding="utf-8")
        assert desk.after(seconds=1) == ["a"]
    assert desk.after(seconds=100) == ["a", "dddd"]
    assert desk.told == [ProjectChanged((desk.file,))]


def test_a_file_that_goes_and_comes_back_is_noticed_both_times(desk: Desk) -> None:
    desk.file.unlink()
    assert desk.after(seconds=5) == ["a", ""]
    desk.file.write_text("back", encoding="utf-8")
    assert desk.after(seconds=5) == ["a", "", "back"]
    assert desk.told == [ProjectChanged((desk.file,), are_gone=True), ProjectChanged((desk.file,))]


def test_what_failed_is_tried_at_the_next_change_and_after_a_while(desk: Desk) -> None:
    desk.code = 1
    desk.file.write_text("broken", encoding="utf-8")
    assert desk.after(seconds=200) == ["a", "broken"]
    assert desk.told == [ProjectChanged((desk.file,)), DeployFailed(300.0)]
    assert desk.after(seconds=200) == ["a", "broken", "broken"]
    desk.code = 0
    desk.file.write_text("mended", encoding="utf-8")
    assert desk.after(seconds=1000) == ["a", "broken", "broken", "mended"]


def test_a_first_deploy_that_failed_is_tried_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.code = 1
    assert desk.redeployer.begin(NOW) == 1
    assert desk.after(seconds=200) == ["a"]
    assert desk.after(seconds=200) == ["a", "a"]
    desk.redeployer.close()


def test_stopped_it_begins_nothing(desk: Desk) -> None:
    desk.redeployer.stop()
    desk.file.write_text("late", encoding="utf-8")
    assert desk.after(seconds=10) == ["a"]


def test_a_deploy_that_cannot_even_begin_has_failed_and_ends_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder of the project is away for a moment while somebody replaces it: runs go on."""

    def refuse(_stop: Event) -> int:
        raise FileNotFoundError(2, "No such file or directory", Path("/srv/project"))

    with monkeypatch.context() as patch:
        patch.setattr(desk.redeployer, "deploy", refuse)
        desk.file.write_text("replaced", encoding="utf-8")
        assert desk.after(seconds=10) == ["a"]
    assert isinstance(desk.told[-1], DeployFailed)
    assert desk.told[-1].reason == "no such file or directory: `/srv/project`"
    desk.file.write_text("there again", encoding="utf-8")
    assert desk.after(seconds=10) == ["a", "there again"]
