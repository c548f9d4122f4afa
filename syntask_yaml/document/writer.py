"""Plain data as YAML text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml


def to_yaml(value: Mapping[str, Any]) -> str:
    """*value*, which is JSON, as a YAML document that reads back the same."""
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return text


class _Dumper(yaml.SafeDumper):
    """Lists are indented under their keys, texts of several lines are blocks, and nothing is an alias."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  (PyYAML's signature)
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value and not value.startswith(" ") else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def to_scalar(text: str) -> str:
    """*text* as a YAML scalar on one line, with quotes where they are needed."""
    dumped: str = yaml.dump(text, Dumper=_Dumper, default_style=None, width=10_000, allow_unicode=True)
    plain = dumped.removesuffix("\n...\n").strip()
    return plain if "\n" not in plain else _quoted(text)


def _quoted(text: str) -> str:
    dumped: str = yaml.dump(text, default_style='"', width=10_000, allow_unicode=True)
    return dumped.strip()
