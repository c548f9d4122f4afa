"""Secrets are taken out where a file is read: no later stage can show or write one.

A secret's value becomes a `Secret`, and its characters in the source become asterisks, so that the lines
which messages show do not hold it either.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from typing import Any

from syntask_yaml.diagnostics import Path as TreePath
from syntask_yaml.document.location import starts_in
from syntask_yaml.document.node import Node
from syntask_yaml.model.secret import SECRET_NAMES, Secret, is_secret_name
from syntask_yaml.source import Source

# Keys of storage blocks that hold secrets, or may, under other names than usual.
_IN_STORAGE = frozenset("aws_access_key_id key settings".split())
# Templates of others: they are neither carried nor shown.
_VEILED = frozenset("job customizations task_definition task_customizations".split())
_LOGIN = re.compile(r"(?<=://)(?:[^/\s@:]*:[^/\s@]+|[^/\s@:]{20,})@")
# In the text of a command: `--password x`, `API_TOKEN=x`, `token: x`.
_SAID = re.compile(
    r"(?i)(?<![\w-])[\w-]{0,60}?(?:token|passw(?:or)?d|passphrase|secret|api[_-]?key|access[_-]?key(?:[_-]?id)?"
    r"|private[_-]?key|account[_-]?key|connection[_-]?string|credentials?)[\"']?(?:[ \t]*[=:][ \t]*|[ \t]+)"
    r"(?P<value>\"[^\"\n]*\"|'[^'\n]*'|[^\s\"'$<{]\S*)"
)


@dataclass(frozen=True, slots=True)
class Hidden:
    """A document without its secrets, and the paths where they were."""

    root: Node
    places: tuple[TreePath, ...] = ()


def hide_secrets(root: Node) -> Hidden:
    """*root* with a `Secret` for each value that its name says is one, and asterisks in its text."""
    hiding = _Hiding()
    value = hiding.value(root)
    text = _masked(root, hiding.starts)
    source = Source(root.source.name, text)
    return Hidden(replace(root, value=value, source=source), tuple(hiding.places))


def hide_values(root: Node) -> tuple[Any, tuple[TreePath, ...]]:
    """The value of *root* with a `Secret` for each secret, and their paths; its text is hidden already."""
    hiding = _Hiding()
    return hiding.value(root), tuple(hiding.places)


def hide_in_text(text: str) -> str:
    """*text*, which is no YAML, with asterisks for what looks like a secret: as long as it was."""
    text = _LOGIN.sub(lambda found: "*" * (len(found[0]) - 1) + "@", text)
    return _SAID.sub(lambda found: _starred(found[0], found["value"]), text)


def _starred(whole: str, secret: str) -> str:
    return whole[: len(whole) - len(secret)] + "*" * len(secret)


@dataclass
class _Hiding:
    """Rebuilds values; *places* are the paths of secrets, *starts* where they are written."""

    places: list[TreePath] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)

    def value(self, node: Node, *, is_secret: bool = False, is_veiled: bool = False) -> Any:
        if isinstance(node.value, dict):
            return {
                child.path[-1]: self.value(
                    child,
                    is_secret=(is_secret or _names_secret(child.path)) and not _is_bookkeeping(child.path),
                    is_veiled=is_veiled or child.path[-1] in _VEILED,
                )
                for child in node.children()
            }
        if isinstance(node.value, list):
            return [self.value(child, is_secret=is_secret, is_veiled=is_veiled) for child in node.children()]
        if not _is_value(node.value) or not (is_secret or is_veiled or _has_login(node.value)):
            return node.value
        self.starts.append(node.span.start)
        if is_veiled:
            return Secret(str(node.value))
        if set(str(node.value)) != {"*"}:  # as a server shows it: the file does not hold it
            self.places.append(node.path)
        return _LOGIN.sub("", node.value) if _has_login(node.value) else Secret(str(node.value))


def _names_secret(path: TreePath) -> bool:
    key = path[-1]
    if path[0] == "parameter_openapi_schema":
        return False
    return is_secret_name(key) or key in SECRET_NAMES or (path[0] == "storage" and key in _IN_STORAGE)


def _is_bookkeeping(path: TreePath) -> bool:
    return str(path[-1]).startswith(("_", "block_type"))


def _is_value(value: Any) -> bool:
    if isinstance(value, str):
        return value != "" and not (value.startswith("{{") and value.endswith("}}"))  # a reference is none
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _has_login(value: Any) -> bool:
    return isinstance(value, str) and _LOGIN.search(value) is not None


def _masked(root: Node, begins: list[int]) -> str:
    """The source with asterisks from each of *begins* to what is written next."""
    text = root.source.text
    if not begins:
        return text
    starts = sorted({*starts_in(root.location), *begins, len(text)})
    pieces, done = [], 0
    for begin in sorted(set(begins)):
        end = starts[min(bisect_right(starts, begin), len(starts) - 1)]
        pieces += [text[done:begin], re.sub(r"\S", "*", text[begin:end])]
        done = max(end, begin)
    return "".join([*pieces, text[done:]])
