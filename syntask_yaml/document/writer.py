"""Write plain data as YAML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml


def to_yaml(value: Mapping[str, Any]) -> str:
    """Return *value*, which is JSON, as a YAML document that reads back the same."""
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return text


class _Dumper(yaml.SafeDumper):
    """Lists are indented below their keys, multi-line texts are block scalars, and there are no aliases."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  (PyYAML's signature)
        return True


# Texts that PyYAML, as YAML 1.1, writes without quotes, and that editors and other tools read as numbers of
# YAML 1.2: the commit `1234e56`, `08`, `0o17`.
_NUMBER = re.compile(r"[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?|0o[0-7]+", re.ASCII)
# Line breaks of YAML 1.1 that PyYAML does not escape, and reads back as others.
_SPECIAL = frozenset("\r\x85\u2028\u2029\ufeff")
_ONE_LINE = 1 << 30


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value and not value.startswith(" ") else None
    style = '"' if _SPECIAL.intersection(value) else style
    style = "'" if _NUMBER.fullmatch(value) else style
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def to_scalar(text: str) -> str:
    """Return *text* as a YAML scalar on one line, with quotes if needed."""
    if "\n" in text:
        return _quoted(text)
    dumped: str = yaml.dump(text, Dumper=_Dumper, width=_ONE_LINE, allow_unicode=True)
    return dumped.removesuffix("\n...\n").removesuffix("\n")


def _quoted(text: str) -> str:
    dumped: str = yaml.dump(text, default_style='"', width=_ONE_LINE, allow_unicode=True)
    return dumped.removesuffix("\n")
