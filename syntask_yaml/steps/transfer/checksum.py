"""Whether a file here is the same as one in a store, by what the store's listing says of it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


def md5_of(path: Path) -> bytes:
    """The MD5 of a file: what stores tell of theirs. It guards against accidents, not against people."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, _new).digest()


def has_md5(*keys: str) -> Callable[[Path, Mapping[str, Any]], bool]:
    """For stores that tell the MD5, at *keys* of an entry, as base64 or as bytes."""

    def is_same(path: Path, info: Mapping[str, Any]) -> bool:
        expected: Any = info
        for key in keys:
            expected = expected.get(key) if hasattr(expected, "get") else None
        if not expected or info.get("size") != path.stat().st_size:
            return False
        wanted = expected if isinstance(expected, (bytes, bytearray)) else base64.b64decode(expected)
        return md5_of(path) == bytes(wanted)

    return is_same


def has_etag(part: int) -> Callable[[Path, Mapping[str, Any]], bool]:
    """For S3: the ETag is the MD5, or that of the MD5s of all parts of *part* bytes, and their number.

    A bucket with keys of its own has ETags of another kind, which fit no file.
    """

    def is_same(path: Path, info: Mapping[str, Any]) -> bool:
        tag = str(info.get("ETag", "")).strip('"')
        if info.get("size") != path.stat().st_size:
            return False
        return tag == (_etag_of_parts(path, part) if "-" in tag else md5_of(path).hex())

    return is_same


def _etag_of_parts(path: Path, part: int) -> str:
    digest, count = _new(), 0
    with path.open("rb") as file:
        while block := file.read(part):
            digest.update(hashlib.md5(block, usedforsecurity=False).digest())
            count += 1
    return f"{digest.hexdigest()}-{count}"


def _new() -> Any:
    return hashlib.md5(usedforsecurity=False)
