"""`destroy --expired` asks once, for all that has run out, and deletes no more than was shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from syntask_yaml.backend.clock import utc_now
from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.cli.commands.destroy import command
from syntask_yaml.cli.context import Context
from syntask_yaml.cli.main import cli
from syntask_yaml.operations.destroy import Removals, plan_removals
from tests.support.target_desk import TargetDesk


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Iterator[TargetDesk]:
    """Two previews of a day that have run out, and share resources."""
    with closing(EmbeddedBackend.open(tmp_path / "syntask.db")) as backend:
        desk = TargetDesk(tmp_path / "work", backend)
        file = desk.folder / "syntask.yaml"
        file.write_text(file.read_text(encoding="utf-8").replace("7d", "PT0.000001S"), encoding="utf-8")
        desk.deploy("preview", "7")
        desk.deploy("preview", "8")
        yield desk


def _answer(desk: TargetDesk, answer: str, *options: str) -> Result:
    store = f"embedded:{desk.folder.parent / 'syntask.db'}"
    context = Context(desk.folder, {}, backend_url=store, may_prompt=bool(answer))
    return CliRunner().invoke(
        command, ["--expired", *options], input=answer, obj=context, **cli.context_settings
    )


def test_all_that_has_run_out_is_asked_for_once(desk: TargetDesk) -> None:
    refused = _answer(desk, "n\n")
    assert isinstance(refused.exception, SystemExit)
    assert desk.names == ["etl/pr-7-one", "etl/pr-8-one"]
    shown = refused.stderr.splitlines()
    assert [line for line in shown if "pr-" in line] == [
        "shop:preview:pr-7-: 1 deployment",
        "- etl/pr-7-one  (expired)",
        "shop:preview:pr-8-: 1 deployment",
        "- etl/pr-8-one  (expired)",
    ]
    assert "- variable region  (when no target uses it any more)" in shown

    done = _answer(desk, "y\n")
    assert done.exception is None, done.output
    assert done.stderr.count("Delete all of this?") == 1
    assert (desk.names, desk.has_resources) == ([], False)


def test_without_a_terminal_the_message_names_all(desk: TargetDesk) -> None:
    refused = _answer(desk, "")

    assert str(refused.exception) == (
        "This deletes what has expired:\n"
        "- shop:preview:pr-7-  (1 deployment)\n"
        "- shop:preview:pr-8-  (1 deployment)"
    )
    assert desk.names == ["etl/pr-7-one", "etl/pr-8-one"]


def test_without_a_terminal_nobody_is_asked_later(desk: TargetDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where there was nothing to delete at first, and something by the time that it is planned again."""
    monkeypatch.setattr("syntask_yaml.cli.commands.destroy.plan_removals", lambda _contexts: Removals({}))
    store = f"embedded:{desk.folder.parent / 'syntask.db'}"
    context = Context(desk.folder, {}, backend_url=store, may_prompt=False)

    refused = CliRunner().invoke(command, ["--expired"], input="y\ny\n", obj=context, **cli.context_settings)

    assert str(refused.exception) == "This deletes `etl/pr-7-one`."
    assert desk.names == ["etl/pr-7-one", "etl/pr-8-one"]


def test_what_was_not_shown_is_asked_for_again(desk: TargetDesk) -> None:
    """What another deploy adds in between; and resources that somebody else still has are not said to go."""
    contexts = [replace(desk.context("preview"), preview=f"shop:preview:pr-{pr}-") for pr in "78"]
    removals = plan_removals(contexts)
    assert "variable region" in removals.shared
    assert all(map(removals.covers, removals.plans.values()))
    assert not plan_removals(contexts[:1]).shared
    assert not plan_removals(contexts[:1]).covers(removals.plans["shop:preview:pr-8-"])


def test_what_was_deployed_meanwhile_is_kept(desk: TargetDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the answer is waited for; the others go, and that is no failure."""
    file = desk.folder / "syntask.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("PT0.000001S", "7d"), encoding="utf-8")
    clock = [utc_now() + timedelta(days=8)]
    monkeypatch.setattr("syntask_yaml.cli.commands.destroy.utc_now", lambda: clock[-1])

    def deploy_again(*_arguments: object, **_options: object) -> None:
        desk.deploy("preview", "7")
        last = next(desk.backend.deploy_records("shop:preview")).ended
        assert last is not None
        clock.append(last + timedelta(days=7))

    monkeypatch.setattr("click.confirm", deploy_again)
    done = _answer(desk, "y\n")

    assert done.exception is None, done.output
    kept = "`shop:preview:pr-7-` is kept: it was deployed again in the meantime."
    assert kept in done.stderr.splitlines(), done.output
    assert (desk.names, desk.has_resources) == (["etl/pr-7-one"], True)
