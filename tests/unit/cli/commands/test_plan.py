"""`plan` says what there is to say, and takes no longer for it than there is to say."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from syntask_yaml.cli.commands.plan import command
from syntask_yaml.cli.context import Context
from syntask_yaml.cli.main import cli
from syntask_yaml.plan.changes import Plan

_FILE = """\
name: shop
deployments:
  - {name: one, entrypoint: "flows.py:etl"}
  - {name: two, entrypoint: "flows.py:etl"}
  - {name: three, entrypoint: "flows.py:etl"}
"""


def test_the_changes_are_looked_through_once_for_all_notes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once for each of them would take ten times as long as all else, for ten thousand deployments."""
    (tmp_path / "syntask.yaml").write_text(_FILE, encoding="utf-8")
    (tmp_path / "flows.py").write_text("from syntask import flow\n\n\n@flow\ndef etl():\n    pass\n", "utf-8")
    asked: list[Plan] = []
    is_so = vars(Plan)["deploys_something"].fget

    def deploys_something(plan: Plan) -> bool:
        asked.append(plan)
        return bool(is_so(plan))

    monkeypatch.setattr(Plan, "deploys_something", property(deploys_something))
    context = Context(tmp_path, {}, backend_url=f"embedded:{tmp_path / 'syntask.db'}", may_prompt=False)

    done = CliRunner().invoke(command, ["--all"], obj=context, **cli.context_settings)

    assert done.stderr.count("note: Runs load the code from") == 1
    assert len(asked) == 1
