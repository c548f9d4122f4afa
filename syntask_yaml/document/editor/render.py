"""Format values as YAML in the style of a file, in block or flow style."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from syntask_yaml.document.editor.style import Style
from syntask_yaml.document.writer import to_scalar

_ONE_LINE = 1 << 30
_SPECIAL_IN_BRACKETS = re.compile(r"[,\[\]{}?]|(?<!\w):|:(?!\w)")


@dataclass(frozen=True, slots=True)
class AliasReference:
    """An alias in place of an anchored value: `*name`."""

    name: str


@dataclass(frozen=True, slots=True)
class Overlay:
    """A mapping that merges an anchor and overrides some keys: `<<: *name` and *own*."""

    name: str
    own: Mapping[str, Any]


class Renderer:
    """Formats JSON, which may contain an `AliasReference` or an `Overlay`."""

    def __init__(self, style: Style) -> None:
        self._style = style

    def pairs(self, value: Mapping[str, Any] | Overlay, column: int) -> list[str]:
        """Return the lines of a mapping whose keys are indented by *column*."""
        return [line for key, item in _pairs(value) for line in self._pair(key, item, column)]

    def items(self, values: list[Any], column: int) -> list[str]:
        """Return the lines of a list whose dashes are indented by *column*."""
        return [line for value in values for line in self._item(value, column)]

    def under_key(self, value: Any, column: int) -> tuple[str, list[str]]:
        """Return the text after a key that is indented by *column*, and the lines below it."""
        if isinstance(value, Overlay) or (isinstance(value, dict) and value):
            return "", self.pairs(value, column + self._style.indent)
        if isinstance(value, list) and value:
            return "", self.items(value, column + self._style.dash)
        return self._leaf(value, column + self._style.indent)

    def behind_dash(self, value: Any, column: int) -> tuple[str, list[str]]:
        """Return the text after a dash whose item is indented by *column*, and the lines below it."""
        if isinstance(value, Overlay) or (isinstance(value, dict) and value):
            lines = self.pairs(value, column)
        elif isinstance(value, list) and value:
            lines = self.items(value, column)
        else:
            return self._leaf(value, column)
        return lines[0][column:], lines[1:]

    def flow(self, value: Any) -> str:
        """Return the value on one line, in flow style."""
        if isinstance(value, (dict, Overlay)):
            inside = (f"{self._key(key, is_flow=True)}: {self.flow(item)}" for key, item in _pairs(value))
            return f"{{{', '.join(inside)}}}"
        if isinstance(value, list):
            return f"[{', '.join(map(self.flow, value))}]"
        return self.scalar(value, is_flow=True)

    def flow_pair(self, key: str, value: Any) -> str:
        return self.flow({key: value})[1:-1]

    def scalar(self, value: Any, *, is_flow: bool, quote: str = "") -> str:
        """Return the value on one line. A text gets the quotes *quote*, or those that it needs."""
        if isinstance(value, AliasReference):
            return f"*{value.name}"
        if isinstance(value, (dict, list)):
            return "{}" if isinstance(value, dict) else "[]"
        if not isinstance(value, str):
            dumped: str = yaml.safe_dump(value, width=_ONE_LINE)
            return dumped.removesuffix("\n...\n").strip()
        written = to_scalar(value)
        if written.startswith('"'):  # only double quotes can represent it
            return written
        if not quote and written == value and not (is_flow and _SPECIAL_IN_BRACKETS.search(value)):
            return value
        return _quoted(value, quote or self._style.quote)

    def _pair(self, key: str, value: Any, column: int) -> list[str]:
        head, lines = self.under_key(value, column)
        return [f"{' ' * column}{self._key(key)}:{' ' * bool(head)}{head}", *lines]

    def _item(self, value: Any, column: int) -> list[str]:
        head, lines = self.behind_dash(value, column + self._style.item)
        return [f"{' ' * column}-{' ' * (self._style.item - 1)}{head}", *lines]

    def _key(self, key: str, *, is_flow: bool = False) -> str:
        return key if isinstance(key, _MergeKey) else self.scalar(key, is_flow=is_flow)

    def _leaf(self, value: Any, column: int) -> tuple[str, list[str]]:
        if isinstance(value, str) and "\n" in value:
            header, *lines = _block(value)
            if header in ("|", "|-"):
                return header, [f"{' ' * column}{line}" if line else "" for line in lines]
        return self.scalar(value, is_flow=False), []


class _MergeKey(str):
    __slots__ = ()


def _pairs(value: Mapping[str, Any] | Overlay) -> list[tuple[str, Any]]:
    if isinstance(value, Overlay):
        return [(_MergeKey("<<"), AliasReference(value.name)), *value.own.items()]
    return list(value.items())


def _block(text: str) -> list[str]:
    """Return the header and unindented lines of a block scalar for a multi-line text, as PyYAML does.

    If the text cannot be a block scalar, the header is something else.
    """
    dumped: str = yaml.safe_dump(text, default_style="|", allow_unicode=True, width=_ONE_LINE)
    header, *lines = dumped.removesuffix("\n").split("\n")
    return [header, *(line.removeprefix("  ") for line in lines)]


def _quoted(text: str, quote: str) -> str:
    dumped: str = yaml.safe_dump(text, default_style=quote, allow_unicode=True, width=_ONE_LINE)
    return dumped.removesuffix("\n")
