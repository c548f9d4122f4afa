"""Entrypoints: the location of a flow as a file or module, and a function in it."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import NamedTuple

from syntask_yaml.errors import NotFound, SyntaskError

_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


class InvalidEntrypoint(SyntaskError):
    """The text is not an entrypoint, or refers to an object that cannot be a flow."""

    code = "invalid-entrypoint"


class FlowNotFound(NotFound):
    """The file, module or function of the entrypoint does not exist, or cannot be read."""

    code = "flow-not-found"


class Entrypoint(NamedTuple):
    """The location of a flow, with either *path* or *module*; *function* may be `Class.method`."""

    text: str
    path: str | None
    module: str | None
    function: str


def parse_entrypoint(text: str) -> Entrypoint:
    """Parse `file.py:function`, `package.module:function` or `package.module.function`.

    Raises `InvalidEntrypoint`.
    """
    place, colon, function = text.rpartition(":")
    if _DRIVE.match(text) and len(place) == 1:
        place, colon, function = "", "", ""
    if not colon:
        return _without_colon(text)
    if not _is_dotted(function):
        raise InvalidEntrypoint(
            f"`{text}` does not refer to a function: `{function}` is not a function name.",
            hint="Write `file.py:function`.",
        )
    if _is_path(place):
        return Entrypoint(text, _path(place), None, function)
    if _is_dotted(place):
        return Entrypoint(text, None, place, function)
    raise InvalidEntrypoint(
        f"`{text}` does not refer to a file or module: `{place}` is neither.",
        hint="Write `file.py:function`.",
    )


def _without_colon(text: str) -> Entrypoint:
    module, _, function = text.rpartition(".")
    if _is_path(text):
        path = _path(text)
        raise InvalidEntrypoint(
            f"`{text}` refers to a file, but not to a flow in it.", hint=f"Write `{path}:function`."
        )
    if not _is_dotted(text) or not module:
        raise InvalidEntrypoint(
            f"`{text}` is not an entrypoint.", hint="Write `file.py:function` or `package.module.function`."
        )
    return Entrypoint(text, None, module, function)


def _is_path(place: str) -> bool:
    return place.endswith(".py") or "/" in place or "\\" in place


def _path(place: str) -> str:
    return str(PurePosixPath(place.replace("\\", "/")))


def _is_dotted(text: str) -> bool:
    return all(part.isidentifier() for part in text.split("."))
