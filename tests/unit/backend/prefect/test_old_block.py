"""Block documents of old servers: secrets are hidden where they are read, and blocks inside are named."""

from __future__ import annotations

from typing import Any

from syntask_yaml.backend.prefect.old_block import OldBlock, old_block
from syntask_yaml.model.secret import Secret


def document(slug: str, data: dict[str, Any], *secret: str, **more: Any) -> dict[str, Any]:
    fields = {"fields": {"secret_fields": list(secret)}}
    return {"name": "mine", "data": data, "block_type": {"slug": slug}, "block_schema": fields, **more}


def test_secret_fields_are_secrets() -> None:
    """Also inside of others, and below any key of one."""
    data = {"user": "u", "inner": {"password": "p", "host": "h"}, "all": {"a": "x", "b": ["y"]}, "none": None}

    block = old_block(document("kind", data, "inner.password", "all.*", "none"))

    assert block.data == {
        "user": "u",
        "inner": {"password": Secret("p"), "host": "h"},
        "all": {"a": Secret("x"), "b": [Secret("y")]},
        "none": None,
    }


def test_settings_of_a_remote_file_system_are_secrets() -> None:
    """Their schema does not say so."""
    data = {"basepath": "s3://b", "settings": {"key": "k", "anon": False}}

    block = old_block(document("remote-file-system", data))

    assert block.data == {"basepath": "s3://b", "settings": {"key": Secret("k"), "anon": False}}


def test_a_block_inside_has_its_type_and_name() -> None:
    inner = {"id": "1", "name": "reg", "is_anonymous": False, "block_type": {"slug": "docker-registry"}}
    references = {"image_registry": {"block_document": inner}}
    data = {"image_registry": {"username": "u"}}

    block = old_block(document("docker-container", data, block_document_references=references))

    assert block.data["image_registry"] == {
        "username": "u",
        "_block_type_slug": "docker-registry",
        "_block_document_name": "reg",
        "_is_anonymous": False,
    }


def test_an_anonymous_block_has_no_name() -> None:
    block = old_block({**document("process", {"env": {}}), "is_anonymous": True})

    assert block == OldBlock("process", "", {"env": {}})
    assert block.value["_is_anonymous"] is True
