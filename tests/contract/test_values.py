"""Variables and blocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from syntask_yaml.backend.base import Backend
from syntask_yaml.errors import BackendConflict, BackendRefused
from syntask_yaml.model.block import Block, Variable
from syntask_yaml.model.secret import Secret
from syntask_yaml.model.value import Json


@pytest.mark.own(reason="a server takes numbers of 64 bits")
def test_a_variable_may_be_a_large_number(backend: Backend) -> None:
    """To the last digit."""
    backend.set_variable(Variable("large", 10**30))

    assert [Variable("large", 10**30)] == backend.variables()


@pytest.mark.parametrize("value", [None, True, 10**15, 0.1, "ünïcode 🦊", [], {"a": [1, {"b": None}]}])
def test_a_variable_keeps_its_value(backend: Backend, value: Json) -> None:
    """Any JSON comes back as it was."""
    variable = Variable("threshold", value, ("a", "b"))
    backend.set_variable(variable)

    assert [variable] == backend.variables()


def test_setting_a_variable_again_changes_it(backend: Backend) -> None:
    """The last value counts; variables are read by name."""
    for variable in (Variable("b", 1, ("old",)), Variable("a", 1), Variable("b", 2)):
        backend.set_variable(variable)

    assert [Variable("a", 1), Variable("b", 2)] == backend.variables()


def test_unsetting_a_variable_says_whether_there_was_one(backend: Backend) -> None:
    """And then there is none."""
    backend.set_variable(Variable("a", 1))

    assert [backend.unset_variable("a"), backend.unset_variable("a")] == [True, False]
    assert backend.variables() == []


@pytest.mark.own(reason="a server has no such types, and no half characters")
@pytest.mark.parametrize(
    ("type", "data"),
    [
        ("secret", {"value": Secret("half \ud83d")}),
        ("string", {"value": "plain"}),
        ("json", {"value": {"a": [1, None]}}),
        ("azure-devops-credentials", {"token": Secret("t")}),
    ],
)
def test_a_block_of_our_own_keeps_its_fields(backend: Backend, type: str, data: Mapping[str, Any]) -> None:
    """Of any type, and any text."""
    block = Block(type, "mine", data)

    assert block == backend.create_block(block) == backend.block(type, "mine")


@pytest.mark.parametrize(
    ("type", "data"),
    [
        ("secret", {"value": Secret("s3cret ünïcode 🦊")}),
        ("github-credentials", {"token": Secret("t")}),
        ("gitlab-credentials", {"token": Secret("t"), "url": "https://git.example.org"}),
        ("bitbucket-credentials", {"username": "u", "password": Secret("p"), "token": None}),
    ],
)
def test_a_block_keeps_its_fields(backend: Backend, type: str, data: Mapping[str, Any]) -> None:
    """Secrets come back as secrets, all else as it was."""
    block = Block(type, "mine", data)

    assert block == backend.create_block(block)
    assert block == backend.block(type, "mine")
    assert [block] == backend.blocks()


def test_a_secret_field_given_as_text_becomes_a_secret(backend: Backend) -> None:
    """Nobody has to think of wrapping it."""
    backend.create_block(Block("github-credentials", "mine", {"token": "t"}))

    assert Block("github-credentials", "mine", {"token": Secret("t")}) == backend.block(
        "github-credentials", "mine"
    )


@pytest.mark.parametrize(
    ("block", "hint"),
    [
        (Block("gihtub-credentials", "x", {"token": "t"}), "Did you mean `github-credentials`?"),
        (Block("gitlab-credentials", "x", {"tokne": "t"}), "Did you mean `token`?"),
        (Block("secret", "x", {}), "Set `value`."),
        (Block("secret", "x", {"value": "a", "colour": "blue"}), "Available fields: `value`."),
    ],
)
def test_a_block_that_fits_no_type_is_refused(backend: Backend, block: Block, hint: str) -> None:
    """An unknown type or field is told with the nearest one."""
    with pytest.raises(BackendRefused) as caught:
        backend.create_block(block)

    assert hint == caught.value.hint
    assert backend.blocks() == []


@pytest.mark.own(reason="a secret of a server may be any JSON")
def test_a_secret_is_a_text(backend: Backend) -> None:
    """Nothing else can be kept secret."""
    with pytest.raises(BackendRefused) as caught:
        backend.create_block(Block("secret", "x", {"value": None}))

    assert caught.value.hint == "Pass the value as text."


def test_a_block_is_made_once(backend: Backend) -> None:
    """Type and name together are taken; the name of another type is not."""
    backend.create_block(Block("github-credentials", "a", {"token": "1"}))
    backend.create_block(Block("secret", "a", {"value": "1"}))

    with pytest.raises(BackendConflict, match="github-credentials/a"):
        backend.create_block(Block("github-credentials", "a", {"token": "2"}))
    assert [(block.type, block.name) for block in backend.blocks()] == [
        ("github-credentials", "a"),
        ("secret", "a"),
    ]


def test_a_block_that_is_not_there(backend: Backend) -> None:
    """It reads as None, and deleting says so."""
    backend.create_block(Block("github-credentials", "a", {"token": "1"}))

    assert backend.block("github-credentials", "b") is None
    assert [
        backend.delete_block("github-credentials", "a"),
        backend.delete_block("github-credentials", "a"),
    ] == [True, False]
    assert backend.blocks() == []
