"""A folder of a store: what it is called, how it is reached, what is in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

from syntask_yaml.steps.scrubber import Scrubber
from syntask_yaml.steps.transfer.checksum import has_etag, has_md5, md5_of

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
