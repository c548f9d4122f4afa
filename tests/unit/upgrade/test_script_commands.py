"""Commands that run a converted script become commands that deploy its entries."""

from __future__ import annotations

import json

import pytest

from tests.support.upgrading import OldRepository

SCRIPT = """\
from prefect.deployments import Deployment
from flows import load_orders
Deployment.build_from_flow(load_orders, "nightly", apply=True)
"""
DEPLOY = "syntask deploy -n load-orders/nightly"


@pytest.fixture(name="script", autouse=True)
def _script(old: OldRepository) -> None:
    old.write("tools/deploy.py", SCRIPT)


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("ci.sh", "python tools/deploy.py\n", f"{DEPLOY}\n"),
        ("ci.sh", "set -e; python3.11 -u tools/deploy.py && echo done\n", f"set -e; {DEPLOY} && echo done\n"),
        ("ci.sh", "poetry run python tools/deploy.py\n", f"poetry run {DEPLOY}\n"),
        ("tools/ci.sh", "python deploy.py\n", f"{DEPLOY}\n"),
        ("Makefile", "all:\n\tpython tools/deploy.py\n", f"all:\n\t{DEPLOY}\n"),
        ("Dockerfile", 'CMD ["python", "tools/deploy.py"]\n', f"CMD {json.dumps(DEPLOY.split())}\n"),
        (
            ".github/workflows/ci.yaml",
            "jobs:\n  a:\n    steps:\n      - run: python tools/deploy.py\n",
            f"jobs:\n  a:\n    steps:\n      - run: {DEPLOY}\n",
        ),
    ],
)  # fmt: skip
def test_a_run_becomes_a_deploy(old: OldRepository, file: str, before: str, after: str) -> None:
    path = old.write(file, before)

    old.written()

    assert path.read_text() == after
    assert old.upgrade().is_empty


@pytest.mark.parametrize("line", ["python tools/deploy.py --all", 'python tools/deploy.py "$STAGE"'])
def test_a_run_with_arguments_is_reported(old: OldRepository, line: str) -> None:
    path = old.write("ci.sh", f"{line}\n")

    upgrade = old.written()

    assert path.read_text() == f"{line}\n"
    assert [problem.code for problem in upgrade.unresolved] == ["dynamic-value"]


def test_a_run_of_a_script_with_more_deployments_is_reported(old: OldRepository) -> None:
    old.write("tools/deploy.py", f"{SCRIPT}Deployment.build_from_flow(load_orders, input(), apply=True)\n")
    path = old.write("ci.sh", "python tools/deploy.py\n")

    upgrade = old.written()

    assert path.read_text() == "python tools/deploy.py\n"
    assert [problem.code for problem in upgrade.unresolved] == ["dynamic-value", "old-command"]


@pytest.mark.parametrize(
    "line",
    ["python other/deploy.py", "# python tools/deploy.py", "cat tools/deploy.py", "python a/x-deploy.py"],
)
def test_other_lines_stay(old: OldRepository, line: str) -> None:
    old.write("other/deploy.py", "print(1)\n")
    path = old.write("ci.sh", f"{line}\n")

    upgrade = old.written()

    assert path.read_text() == f"{line}\n"
    assert upgrade.answers == ()


def test_a_run_is_found_after_the_script_was_converted(old: OldRepository) -> None:
    old.written()
    path = old.write("ci.sh", "python tools/deploy.py\n")

    old.written()

    assert path.read_text() == f"{DEPLOY}\n"


def test_the_command_of_the_first_versions(old: OldRepository) -> None:
    path = old.write("ci.sh", "prefect deployment create tools/deploy.py\n")

    old.written()

    assert path.read_text() == f"{DEPLOY}\n"
