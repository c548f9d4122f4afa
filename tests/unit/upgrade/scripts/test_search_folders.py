"""A script finds the flow that it deploys in a folder that it adds to `sys.path`."""

from __future__ import annotations

import pytest

from tests.support.upgrading import FLOW, OldRepository, codes

HEAD = """\
import os, sys
import os.path as osp
from pathlib import Path
from prefect.deployments import Deployment
HERE = Path(__file__).resolve().parent
"""
BUILD = "from orders import load_orders\nDeployment.build_from_flow(load_orders, 'nightly', apply=True)\n"


def upgraded(old: OldRepository, line: str) -> tuple[object, set[str]]:
    """The entrypoint, and the codes of what is reported."""
    old.write("shop/flows/orders.py", FLOW)
    old.write("shop/deploy/run.py", f"{HEAD}{line}\n{BUILD}")
    (result,) = old.upgrade().results
    return result.entry["entrypoint"], codes(result.problems)


@pytest.mark.parametrize(
    "line",
    [
        "sys.path.append('../flows')",
        "sys.path.append('shop/flows')",
        "sys.path.insert(0, '../flows')",
        "sys.path.append(str(HERE.parent / 'flows'))",
        "sys.path.append(str(HERE.parents[0].joinpath('flows').absolute()))",
        "sys.path.append(os.path.join(os.path.dirname(__file__), '..', 'flows'))",
        "sys.path.append(osp.abspath(osp.join(osp.dirname(osp.realpath(__file__)), '../flows')))",
        "if __name__ == '__main__':\n    sys.path.append((HERE / '../flows').as_posix())",
    ],
)
def test_it_is_known(old: OldRepository, line: str) -> None:
    assert upgraded(old, line) == ("shop/flows/orders.py:load_orders", set())


@pytest.mark.parametrize(
    "line",
    [
        "",
        "sys.path.append('../none')",
        "sys.path.append('../../../..')",
        "sys.path.append(os.environ['FLOWS'])",
        "sys.path.append(str(HERE.parents[99] / 'flows'))",
        "sys.path.append(join())",
        "A = B\nB = A\nsys.path.append(A)",
        "sys.argv.append('../flows')",
    ],
)
def test_the_folder_is_not_known(old: OldRepository, line: str) -> None:
    assert upgraded(old, line) == ("orders.py:load_orders", {"entrypoint-not-found"})


def test_a_folder_that_is_inserted_is_searched_first(old: OldRepository) -> None:
    old.write("shop/deploy/orders.py", FLOW)

    entrypoint, _ = upgraded(old, "sys.path.insert(0, '../flows')")
    assert entrypoint == "shop/flows/orders.py:load_orders"
    entrypoint, _ = upgraded(old, "sys.path.append('../flows')")
    assert entrypoint == "shop/deploy/orders.py:load_orders"
