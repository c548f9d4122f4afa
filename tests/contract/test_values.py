"""Variables and blocks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from syntask_yaml.backend.base import Backend
from syntask_yaml.errors import BackendConflict, BackendRefused, NotFound
from syntask_yaml.model.block import Block, Variable
from syntask_yaml.model.secret import Secret, revealed
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
    assert backend.variable("threshold") == variable


def test_setting_a_variable_again_changes_it(backend: Backend) -> None:
    """The last value counts; variables are read by name."""
    for variable in (Variable("b", 1, ("old",)), Variable("a", 1), Variable("b", 2)):
        backend.set_variable(variable)

    assert [Variable("a", 1), Variable("b", 2)] == backend.variables()


def test_unsetting_a_variable_says_whether_there_was_one(backend: Backend) -> None:
    """And then there is none."""
    backend.set_variable(Variable("a", 1))

    assert [backend.unset_variable("a"), backend.unset_variable("a")] == [True, False]
    assert backend.variable("a") is None
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


def test_a_block_is_read_without_its_secrets(backend: Backend) -> None:
    """Asterisks stand in their place; all else is as it was."""
    url = "https://git.example.org"
    backend.create_block(Block("gitlab-credentials", "mine", {"token": Secret("hush"), "url": url}))
    backend.create_block(Block("secret", "mine", {"value": Secret("hush")}))

    masked = Secret("********")
    assert Block("gitlab-credentials", "mine", {"token": masked, "url": url}) == backend.block(
        "gitlab-credentials", "mine", with_secrets=False
    )
    assert Block("secret", "mine", {"value": masked}) == backend.block("secret", "mine", with_secrets=False)
    assert backend.block("secret", "other", with_secrets=False) is None


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


def test_a_block_gets_other_fields(backend: Backend) -> None:
    """All of them are replaced, and it keeps its id; what is not there is not made."""
    url = "https://git.example.org"
    made = backend.create_block(Block("gitlab-credentials", "a", {"token": "1", "url": url}))

    changed = backend.update_block(Block("gitlab-credentials", "a", {"token": "2"}))

    assert (changed, changed.data) == (backend.block("gitlab-credentials", "a"), {"token": Secret("2")})
    assert made.id is not None
    assert [made.id] == [block.id for block in backend.blocks()]
    with pytest.raises(NotFound):
        backend.update_block(Block("gitlab-credentials", "b", {"token": "2"}))


def test_the_types_of_blocks_tell_their_fields(backend: Backend) -> None:
    """Which are needed, which are secret, and which are other blocks."""
    types = {kind.slug: kind for kind in backend.block_types()}
    slugs = [kind.slug for kind in backend.block_types()]

    assert slugs == sorted(types)
    assert types["secret"].required == types["secret"].secret_fields == {"value"}
    assert types["s3-bucket"].reference_fields == {"credentials"}
    assert {"bucket_name", "bucket_folder", "credentials"} <= set(types["s3-bucket"].fields)


def test_a_block_refers_to_another_by_type_and_name(backend: Backend) -> None:
    """It is found by the name again, whatever the backend makes of it, and its secrets stay secrets."""
    backend.create_block(Block("aws-credentials", "team", {"aws_secret_access_key": "hush"}))
    bucket = Block("s3-bucket", "code", {"bucket_name": "b", "credentials": "aws-credentials/team"})

    backend.create_block(bucket)
    backend.update_block(bucket)

    found = next(block for block in backend.blocks() if block.type == "s3-bucket")
    assert found.references == {"credentials": "aws-credentials/team"}
    assert "hush" not in repr(found)


def test_a_field_that_is_an_object_may_be_given_as_its_json(backend: Backend) -> None:
    """As the command line does; all texts in one that is secret are secrets."""
    info = '{"client_email": "a@example.org", "private_key": "hush"}'
    backend.create_block(Block("gcp-credentials", "team", {"service_account_info": Secret(info)}))

    found = backend.block("gcp-credentials", "team")

    assert found is not None
    value = revealed(found.data["service_account_info"])
    assert (json.loads(value) if isinstance(value, str) else value)["private_key"] == "hush"
    assert "hush" not in repr(found)
