"""A value that cannot be read is a problem of its entry, unless something else has it too."""

from __future__ import annotations

from pathlib import Path

import pytest

from syntask_yaml.document.reader import read
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.load import load_project
from syntask_yaml.source import Source

SOUND = "- {name: sound, entrypoint: 'f.py:f'}"


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize(
    "value",
    [".inf", ".nan", "!!int many", "[[-.inf]]", "&own .nan", "!own {a: 1}", "{y: !own 1}"],
)
def test_a_value_of_one_entry_keeps_only_that_one_from_being_deployed(dialect: Dialect, value: str) -> None:
    broken = f"- {{name: broken, entrypoint: 'f.py:f', parameters: {{x: {value}}}}}"
    project = load_project(
        read(Source("f.yaml", f"deployments:\n{SOUND}\n{broken}\n")), Path(), dialect=dialect
    )

    assert project.errors == ()
    assert [len(each.errors) for each in project.declarations] == [0, 1]


@pytest.mark.parametrize(
    "broken",
    [
        "name: broken\n  name: again",
        "name: broken\n  parameters: {x: 1, x: 2}",
        "name: broken\n  tags: [{y: 1, y: 2}]",
    ],
)
def test_a_key_that_an_entry_has_twice_keeps_only_that_one_from_being_deployed(broken: str) -> None:
    text = f"deployments:\n{SOUND}\n- entrypoint: 'f.py:f'\n  {broken}\n"
    project = load_project(read(Source("f.yaml", text)), Path(), dialect=Dialect.SYNTASK)

    assert "duplicate-key" in [each.code for each in project.diagnostics]
    assert project.errors == ()
    assert [bool(each.errors) for each in project.declarations] == [False, True]


@pytest.mark.parametrize(
    "text",
    [
        f"deployments:\n{SOUND}\n- &one {{name: a, parameters: {{x: .inf}}}}\n- {{<<: *one, name: b}}\n",
        f"x-own: &own {{x: .inf}}\ndeployments:\n{SOUND}\n- {{name: a, parameters: *own}}\n",
        f"description: .inf\ndeployments:\n{SOUND}\n",
        ".inf",
        "deployments: .inf",
        f"deployments: []\ndeployments:\n{SOUND}\n",
        f"name: a\nname: b\ndeployments:\n{SOUND}\n",
        f"deployments:\n- .inf\n{SOUND}\n",
    ],
)
def test_a_value_that_others_have_too_concerns_all(text: str) -> None:
    project = load_project(read(Source("f.yaml", text)), Path(), dialect=Dialect.SYNTASK)

    assert {"wrong-value", "duplicate-key"} & {each.code for each in project.errors}
