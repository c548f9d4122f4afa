"""Loops over what is written out, and functions that are called with constants, build several deployments."""

from __future__ import annotations

import pytest

from tests.support.upgrading import OldRepository, codes

HEAD = """\
from prefect.deployments import Deployment
from flows import load_orders
"""
BODY = "Deployment.build_from_flow(load_orders, name=n, tags=[t], apply=True)\n"


def built(old: OldRepository, text: str) -> dict[str, list[str]]:
    """The tags of the deployments by name."""
    old.write("deploy.py", HEAD + text)
    results = old.upgrade().results
    assert all(codes(each.problems) == set() for each in results)
    return {each.entry["name"]: each.entry["tags"] for each in results}


@pytest.mark.parametrize(
    "text",
    [
        f"t = 'x'\nfor n in ['a', 'b']:\n    {BODY}",
        f"t = 'x'\nNAMES = ('a', 'b')\nfor n in NAMES:\n    {BODY}",
        f"for n, t in [('a', 'x'), ('b', 'x')]:\n    {BODY}",
        f"for n, t in {{'a': 'x', 'b': 'x'}}.items():\n    {BODY}",
        "ALL = [{'n': 'a', 't': 'x'}, {'n': 'b', 't': 'x'}]\nfor e in ALL:\n"
        "    Deployment.build_from_flow(load_orders, name=e['n'], tags=[e['t']], apply=True)\n",
        "ALL = [{'name': 'a', 'tags': ['x']}, {'name': 'b', 'tags': ['x']}]\nfor e in ALL:\n"
        "    Deployment.build_from_flow(load_orders, **e, apply=True)\n",
        f"t = 'x'\ndef deploy(n):\n    {BODY}deploy('a')\ndeploy(n='b')\n",
        f"def deploy(n, t='x'):\n    {BODY}if __name__ == '__main__':\n"
        "    for n in ['a', 'b']:\n        deploy(n)\n",
        "[Deployment.build_from_flow(load_orders, name=n, tags=['x'], apply=True) for n in ['a', 'b']]\n",
        "for f, n in [(load_orders, 'a'), (load_orders, 'b')]:\n"
        "    Deployment.build_from_flow(flow=f, name=n, tags=['x'], apply=True)\n",
        f"def deploy(t):\n    for n in ['a', 'b']:\n        {BODY}deploy('x')\n",
        f"for n, t in zip(['a', 'b'], ('x', 'x')):\n    {BODY}",
        "t = 'x'\ndef deploy(**more):\n    Deployment.build_from_flow(load_orders, apply=True, **more)\n"
        "for n in ['a', 'b']:\n    deploy(name=n, tags=[t])\n",
        "for n in ['a', 'b']:\n    name = f'{n}'\n"
        "    Deployment.build_from_flow(load_orders, name=name, tags=['x'], apply=True)\n",
    ],
)
def test_each_round_is_a_deployment(old: OldRepository, text: str) -> None:
    assert built(old, text) == {"a": ["x"], "b": ["x"]}


@pytest.mark.parametrize(
    ("loop", "names"),
    [
        ("for i, _ in enumerate(['x', 'y']):", ["n0", "n1"]),
        ("for i in range(2):", ["n0", "n1"]),
        ("for i in {1: 2}.values():", ["n2"]),
        ("for i in {1: 2}:", ["n1"]),
    ],
)
def test_loops_that_count(old: OldRepository, loop: str, names: list[str]) -> None:
    found = built(
        old, f"{loop}\n    Deployment.build_from_flow(load_orders, f'n{{i}}', tags=['x'], apply=True)\n"
    )

    assert list(found) == names


@pytest.mark.parametrize(
    "text",
    [
        f"t = 'x'\nfor n in open('names'):\n    {BODY}",
        f"t = 'x'\ndef deploy(n):\n    {BODY}deploy(input())\n",
        f"t = 'x'\ndef deploy(n):\n    {BODY}",
        f"n = 'a'\nt = 'x'\ndef deploy(n):\n    {BODY}deploy(*x)\n",
        f"n = 'a'\nt = 'x'\ndef deploy(n):\n    {BODY}deploy(**x)\n",
        "x = [Deployment.build_from_flow(load_orders, name=n) for n in ['a'] if n != 'a']\n",
        f"t = 'x'\nfor n in range(10 ** 9):\n    {BODY}",
        f"t = 'x'\ndef deploy(n):\n    {BODY}    deploy(n)\n",
        f"t = 'x'\ndef deploy(n):\n    n = n + input()\n    {BODY}deploy('a')\n",
        f"t = 'x'\ndef deploy(**more):\n    n = more['n']\n    {BODY}deploy(**x)\n",
    ],
)
def test_a_name_that_only_running_tells(old: OldRepository, text: str) -> None:
    old.write("deploy.py", HEAD + text)

    (result,) = old.upgrade().results

    assert not result.converted.source.is_known
    assert codes(result.problems) == {"dynamic-value"}


def test_a_parameter_hides_a_variable_of_the_module(old: OldRepository) -> None:
    text = f"n = 'module'\nt = 'x'\ndef deploy(n):\n    {BODY}deploy('argument')\n"

    assert list(built(old, text)) == ["argument"]


def test_an_option_is_no_variable_of_the_module(old: OldRepository) -> None:
    text = f"n = 'module'\nt = 'x'\ndef deploy(**more):\n    {BODY}deploy(n='option')\n"

    assert list(built(old, text)) == ["module"]


def test_loops_have_an_end(old: OldRepository) -> None:
    old.write(
        "deploy.py",
        f"{HEAD}t = 'x'\nfor a in range(200):\n  for b in range(200):\n"
        f"    for n in range(200):\n      {BODY}",
    )

    assert len(old.upgrade().results) == 200
