"""Folders of object stores, and the checksums of their files."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

from syntask_yaml.steps.scrubber import Scrubber


def md5_of(path: Path) -> bytes:
    """Return the MD5 of a file, which stores report. It protects against accidents, not against attacks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, _new).digest()


def has_md5(*keys: str) -> Callable[[Path, Mapping[str, Any]], bool]:
    """Return a comparison for stores that report the MD5 at *keys* of an entry, as base64 or bytes."""

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
    """Return a comparison for S3, by the ETag: the MD5, or that of the MD5s of parts of *part* bytes.

    Buckets with their own encryption keys have other ETags, which match no file.
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


# An entry of a listing by fsspec.
Info: TypeAlias = Mapping[str, Any]

# The size in bytes of a part of a large file, which a copy holds in memory.
PART = 8 * 2**20

# Control characters, and surrogates for bytes that are not UTF-8.
_NO_TEXT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class RemoteKind:
    """The properties of a kind of store that fsspec does not abstract.

    *is_same* returns whether a local file equals an entry of a listing; False if that is not known.
    *is_patient*: its library retries after network failures, for about a minute. *put* are the options for
    copying a file to the store. The store has no files whose names match *unnameable*.
    """

    is_same: Callable[[Path, Info], bool] = lambda _path, _info: False
    put: Callable[[Path], Mapping[str, Any]] = lambda _path: {}
    unnameable: re.Pattern[str] = _NO_TEXT
    is_patient: bool = False


def _azure_settings(path: Path) -> Mapping[str, Any]:
    from azure.storage.blob import ContentSettings

    # Azure stores a given checksum; large files have none otherwise.
    return {"content_settings": ContentSettings(content_md5=bytearray(md5_of(path)))}


_S3 = RemoteKind(has_etag(PART), lambda _path: {"chunksize": PART})
_GCS = RemoteKind(has_md5("md5Hash"), lambda _path: {"chunksize": PART}, is_patient=True)
_AZURE = RemoteKind(
    has_md5("content_settings", "content_md5"),
    _azure_settings,
    re.compile(rf"[?\\]|{_NO_TEXT.pattern}"),  # its client makes something else of these
    is_patient=True,
)
_KINDS: Mapping[str, RemoteKind] = {"s3": _S3, "gs": _GCS, "abfs": _AZURE}


@dataclass(frozen=True)
class Remote:
    """The folder at *path* of an fsspec *filesystem*; *url* is its URL in messages.

    *secrets* are strings that may occur in messages of its library.
    """

    filesystem: Any
    path: str
    url: str
    secrets: tuple[str, ...] = ()

    @cached_property
    def kind(self) -> RemoteKind:
        protocol = self.filesystem.protocol
        names = (protocol,) if isinstance(protocol, str) else protocol
        return next((_KINDS[name] for name in names if name in _KINDS), RemoteKind())

    @cached_property
    def scrubber(self) -> Scrubber:
        return Scrubber(self.secrets)

    def at(self, name: str) -> str:
        """Return the path of the file *name* in the folder."""
        return f"{self.path}/{name}"

    def name_of(self, path: str) -> str | None:
        """Return the name of the file at *path* in the folder; None for the folder itself and other paths."""
        prefix = f"{self.path}/"
        return path[len(prefix) :] or None if path.startswith(prefix) else None


def folder_of(bucket: str, folder: str) -> str:
    """Return the path of *folder* in *bucket*; an empty folder is the whole bucket."""
    return "/".join(filter(None, (bucket.strip("/"), folder.strip("/"))))
