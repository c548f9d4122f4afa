"""A converted script stays and says so, or is deleted where that is asked for and nothing else is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.upgrade.request import SourceKind
from tests.support.upgrading import FLOW, OldRepository

IMPORTS = "from prefect.deployments import Deployment\nfrom flows import load_orders\n"
CALL = 'Deployment.build_from_flow(load_orders, "nightly", apply=True)\n'
MARK = "# syntask upgrade: now in syntask.yaml as load-orders/nightly"


@pytest.mark.parametrize(
    ("head", "end"),
    [
        ("", "\n"),
        ("#!/usr/bin/env python3\n", "\n"),
        ("# -*- coding: utf-8 -*-\n", "\n"),
        ("#!/usr/bin/python\n# vim: set fileencoding=utf-8 :\n", "\n"),
        ("\ufeff", "\n"),
        ("#!/usr/bin/python\r\n", "\r\n"),
    ],
)
def test_a_comment_says_where_it_is_now(old: OldRepository, head: str, end: str) -> None:
    rest = (IMPORTS + CALL).replace("\n", end)
    path = old.write("deploy.py", head + rest)

    old.written()

    assert path.read_bytes().decode() == f"{head}{MARK}{end}{rest}"
    assert old.upgrade().is_empty
    compile(path.read_bytes(), "deploy.py", "exec")


def test_the_rest_of_a_script_is_not_shown(old: OldRepository) -> None:
    old.write("deploy.py", f"{IMPORTS}{CALL}print('rest')\n")

    (shown,) = [change.difference for change in old.upgrade().changes if change.shown == "deploy.py"]

    assert shown.splitlines()[3:] == [f"+{MARK}"]


@pytest.mark.parametrize(
    "text",
    [
        IMPORTS + CALL,
        f'"""About."""\n{IMPORTS}NAME = "x"\nif __name__ == "__main__":\n    {CALL}    print("done")\n',
        f"{IMPORTS}d = {CALL}d.apply()\n",
    ],
)
def test_a_script_with_nothing_else_is_deleted(old: OldRepository, text: str) -> None:
    path = old.write("deploy.py", text)

    old.written(removes=True)

    assert not path.exists()
    assert old.upgrade(removes=True).is_empty


@pytest.mark.parametrize(
    "text",
    [
        f"{IMPORTS}{CALL}def other():\n    pass\n",
        f"{IMPORTS}{CALL}class Other:\n    pass\n",
        f"{IMPORTS}{CALL}os.remove('x')\n",
    ],
)
def test_a_script_with_more_stays(old: OldRepository, text: str) -> None:
    path = old.write("deploy.py", text)

    old.written(removes=True)

    assert path.read_text() == f"{MARK}\n{text}"


def test_a_script_that_is_not_converted_whole_stays_as_it_is(old: OldRepository) -> None:
    text = f"{IMPORTS}{CALL}Deployment.build_from_flow(load_orders, input())\n"
    path = old.write("deploy.py", text)

    old.written(removes=True)

    assert path.read_text() == text


def test_one_deployment_of_a_script_and_the_file_that_it_wrote(old: OldRepository) -> None:
    old.deployment("nightly.yaml", parameters={"source": "shop"}, path=None, enforce_parameter_schema=None)
    call = CALL.replace("apply", "parameters={'source': 'shop'}, output='nightly.yaml', apply")
    path = old.write("deploy.py", IMPORTS + call)

    upgrade = old.written()

    assert [result.status.value for result in upgrade.results] == ["carried", "there already"]
    assert Path(path).read_text().startswith(MARK)
    assert upgrade.unresolved == ()


@pytest.mark.parametrize("values", ["{'source': 'other'}", "{}"])
def test_a_script_and_a_file_that_differ_are_reported(old: OldRepository, values: str) -> None:
    old.deployment("nightly.yaml", parameters={"source": "shop"}, path=None, enforce_parameter_schema=None)
    path = old.write("deploy.py", IMPORTS + CALL.replace("apply", f"parameters={values}, apply"))

    upgrade = old.written()

    assert [problem.code for problem in upgrade.unresolved] == ["already-declared"]
    assert not path.read_text().startswith("# syntask")


def test_a_script_and_a_command_are_one_deployment(old: OldRepository) -> None:
    old.write("deploy.sh", "prefect deployment build flows.py:load_orders -n nightly -a\n")
    old.write("deploy.py", IMPORTS + CALL)

    upgrade = old.written()

    assert [result.status.value for result in upgrade.results] == ["carried", "there already"]
    assert upgrade.unresolved == ()


IN_FLOW = f"from prefect.deployments import Deployment\n{FLOW}{CALL}print(Deployment)\n"


def test_a_flow_beside_the_code_that_deploys_is_reported(old: OldRepository) -> None:
    """Runs load the file, and Prefect 3 fails at its import."""
    old.write("deploy.py", IN_FLOW)

    (problem,) = old.upgrade().unresolved

    assert problem.code == "imports-prefect-2"
    assert "`prefect.deployments.Deployment`" in problem.detail
    assert str(problem.span) == "deploy.py:1:1"


@pytest.mark.parametrize(
    "text",
    [
        IMPORTS + CALL,
        f'{FLOW}if __name__ == "__main__":\n    from prefect.deployments import Deployment\n    {CALL}',
    ],
)
def test_imports_that_runs_do_not_load(old: OldRepository, text: str) -> None:
    old.write("deploy.py", text)

    assert old.upgrade().unresolved == ()


@pytest.mark.parametrize(
    ("only", "names"),
    [
        ({SourceKind.YAML}, ["yaml"]),
        ({SourceKind.PYTHON}, ["nightly"]),
        ({SourceKind.COMMANDS}, ["command"]),
        ({SourceKind.YAML, SourceKind.COMMANDS}, ["yaml", "command"]),
    ],
)
def test_only_some_kinds_of_sources(old: OldRepository, only: set[SourceKind], names: list[str]) -> None:
    old.deployment("yaml.yaml", name="yaml")
    old.write("deploy.sh", "prefect deployment build flows.py:load_orders -n command -a\n")
    old.write("deploy.py", IMPORTS + CALL)

    upgrade = old.written(only=frozenset(only))

    assert [result.converted.name for result in upgrade.results] == names
    assert (old.root / "deploy.sh").read_text().startswith("syntask") == (SourceKind.COMMANDS in only)
    assert ("syntask" in (old.root / "deploy.py").read_text()) == (SourceKind.PYTHON in only)
