"""A folder of a store: what it is called, how it is reached, and what is in it, with its checksums."""

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


# One entry of a listing, as fsspec gives it.
Info: TypeAlias = Mapping[str, Any]

# Bytes in one part of a large file: what a copy holds in memory at a time.
PART = 8 * 2**20

# Control characters, and the marks of bytes that are no UTF-8.
_NO_TEXT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class RemoteKind:
    """What fsspec does not hide of a store.

    *is_same* is whether a file here holds what an entry of a listing says; where it cannot be said, no.
    *is_patient*: its library itself tries again, for about a minute, when the network is at fault.
    *put* are the options for copying a file to the store. No file there has a name in which *unnameable*
    is found.
    """

    is_same: Callable[[Path, Info], bool] = lambda _path, _info: False
    put: Callable[[Path], Mapping[str, Any]] = lambda _path: {}
    unnameable: re.Pattern[str] = _NO_TEXT
    is_patient: bool = False


def _azure_settings(path: Path) -> Mapping[str, Any]:
    from azure.storage.blob import ContentSettings

    # Azure keeps the checksum that it is given; without it, a large file has none.
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
    """The folder at *path* of *filesystem*, which is one of fsspec's; people know it as *url*.

    *secrets* are texts that its library may put into its messages.
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
        """The path of the file *name* in the folder."""
        return f"{self.path}/{name}"

    def name_of(self, path: str) -> str | None:
        """The name, in the folder, of the file at *path*; None for the folder itself and what is outside."""
        prefix = f"{self.path}/"
        return path[len(prefix) :] or None if path.startswith(prefix) else None


def folder_of(bucket: str, folder: str) -> str:
    """The path of *folder* in *bucket*; an empty folder is the whole bucket."""
    return "/".join(filter(None, (bucket.strip("/"), folder.strip("/"))))
