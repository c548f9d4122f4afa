"""The resolved project, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.operations.check import candidates, with_whole_project
from syntask_yaml.operations.render import render
from syntask_yaml.operations.selection import Selection
from tests.support.desk import Desk

ALL = Selection(all=True)


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Desk:
    """A file of Prefect's, whose slips are warnings; one of them in an entry."""
    desk = Desk(tmp_path)
    desk.declare("work_pool: {name: default}, tagz: [a]", top="name: shop\nbuilds: []", name="prefect.yaml")
    return desk


def test_render_and_check_warn_of_the_file_as_a_plan_does(desk: Desk) -> None:
    warned = [each for each in desk.plan().diagnostics if each.is_warning]
    rendered = render(desk.context, ALL).diagnostics
    _, checked = candidates(with_whole_project(desk.context), ALL)

    assert [each.span and each.span.text for each in warned] == ["builds", "tagz"]
    assert [each for each in rendered if each.is_warning] == warned
    assert [each for each in checked if each.is_warning] == warned
