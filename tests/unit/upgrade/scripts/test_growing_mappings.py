"""Options that statements of a script put together before a call unpacks them."""

from __future__ import annotations

import pytest

from tests.support.upgrading import OldRepository, codes

HEAD = """\
import os
from prefect.deployments import Deployment
from flows import load_orders
"""
BUILD = "Deployment.build_from_flow(load_orders, apply=True, **options)\n"


def upgraded(old: OldRepository, text: str) -> tuple[object, object, set[str]]:
    """The name and the tags of the entry, and the codes of what is reported."""
    old.write("deploy.py", HEAD + text)
    (result,) = old.upgrade().results
    return result.entry["name"], result.entry.get("tags"), codes(result.problems)


@pytest.mark.parametrize(
    "text",
    [
        f"options = {{'name': 'a'}}\noptions['tags'] = ['x']\n{BUILD}",
        f"options = dict(name='a')\noptions.update({{'tags': ['x']}})\n{BUILD}",
        f"options = {{}}\noptions.update(dict(name='a', tags=['x']))\n{BUILD}",
        f"options = {{'name': 'a', 'tags': ['y']}}\nif True:\n    options['tags'] = ['x']\n{BUILD}",
        f"options = {{'name': 'a', 'tags': ['x']}}\nif False:\n    options['tags'] = input()\n{BUILD}",
        f"options = {{'name': 'b'}}\noptions = {{'name': 'a'}}\noptions['tags'] = ['x']\n{BUILD}",
        f"def deploy(name, tags=None):\n    options = {{'name': name}}\n    if tags:\n"
        f"        options['tags'] = tags\n    {BUILD}deploy('a', ['x'])\n",
        f"options = {{'name': 'a'}}\noptions['tags'] = ['x']\nif True:\n    {BUILD}",
        f"def options():\n    return {{'name': 'a', 'tags': ['x']}}\n{BUILD.replace('options', 'options()')}",
    ],
)
def test_they_are_known(old: OldRepository, text: str) -> None:
    assert upgraded(old, text) == ("a", ["x"], set())


@pytest.mark.parametrize(
    "text",
    [
        f"options = {{'name': 'a'}}\noptions[input()] = ['x']\n{BUILD}",
        f"options = {{'name': 'a'}}\nif input():\n    options['tags'] = ['x']\n{BUILD}",
        f"options = {{'name': 'a'}}\nif os.environ['A']:\n    options['tags'] = ['x']\n{BUILD}",
        f"options = {{'name': 'a'}}\nfor each in 'tags':\n    options['tags'] = [each]\n{BUILD}",
        f"options = {{'name': 'a'}}\noptions.pop('name')\n{BUILD}",
        f"options = {{'name': 'a'}}\noptions.update(input())\n{BUILD}",
        f"options = dict(input())\noptions['name'] = 'a'\n{BUILD}",
        f"import options\noptions['name'] = 'a'\n{BUILD}",
        f"options = {{'name': 'a'}}\nchange(options)\noptions['tags'] = ['x']\n{BUILD}",
        BUILD.replace("options", "load(name='a')"),
    ],
)
def test_only_running_the_script_tells(old: OldRepository, text: str) -> None:
    name, _, found = upgraded(old, text)

    assert found == {"dynamic-value"}
    assert name in ("a", "?")
