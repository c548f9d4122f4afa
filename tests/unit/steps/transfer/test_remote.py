"""Whether a file is the one that a store has, by what the store's listing tells."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.steps.transfer.remote import has_etag, has_md5

TEXT = b"abcdefghij"
MD5 = hashlib.md5(TEXT).digest()
PARTS = hashlib.md5(b"".join(hashlib.md5(part).digest() for part in (b"abcd", b"efgh", b"ij"))).hexdigest()


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        ({"size": 10, "ETag": f'"{MD5.hex()}"'}, True),
        ({"size": 10, "ETag": f'"{PARTS}-3"'}, True),
        ({"size": 10, "ETag": f'"{PARTS}-2"'}, False),
        ({"size": 11, "ETag": f'"{MD5.hex()}"'}, False),
        ({"size": 10, "ETag": '"of-a-key-of-its-own"'}, False),
        ({"size": 10}, False),
    ],
)
def test_etags(tmp_path: Path, info: dict[str, Any], expected: bool) -> None:
    """Of one part, of several, and of none that can be known: then the file counts as another."""
    (tmp_path / "file").write_bytes(TEXT)

    assert has_etag(4)(tmp_path / "file", info) is expected


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        ({"size": 10, "settings": {"md5": base64.b64encode(MD5).decode()}}, True),
        ({"size": 10, "settings": {"md5": bytearray(MD5)}}, True),
        ({"size": 10, "settings": {"md5": None}}, False),
        ({"size": 10, "settings": None}, False),
        ({"size": 9, "settings": {"md5": bytearray(MD5)}}, False),
        ({"size": 10, "settings": {"md5": bytearray(16)}}, False),
    ],
)
def test_md5(tmp_path: Path, info: dict[str, Any], expected: bool) -> None:
    """As Google and Azure tell it."""
    (tmp_path / "file").write_bytes(TEXT)

    assert has_md5("settings", "md5")(tmp_path / "file", info) is expected
