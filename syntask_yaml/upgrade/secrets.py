"""Removal of secrets when a file is read, so that no later stage can show or write one.

A secret becomes a `Secret` value, and its characters in the source become asterisks, so that the source lines
in messages do not contain it.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from syntask_yaml.diagnostics import Path as TreePath
from syntask_yaml.document.location import starts_in
from syntask_yaml.document.node import Node
from syntask_yaml.model.secret import MASKED, SECRET_NAMES, Secret, is_secret_name
from syntask_yaml.source import Source

# Keys of storage blocks that are secret but have unusual names.
_IN_STORAGE = frozenset("aws_access_key_id key settings".split())
# Foreign templates: hidden as a whole, until their secrets are replaced by the conversion to a template.
_VEILED = frozenset("job customizations task_definition task_customizations".split())
_LOGIN = re.compile(r"(?<=://)(?:[^/\s@:]*:[^/\s@]+|[^/\s@:]{20,})@")
# Secrets with a recognizable form, whatever their key: tokens of services, and logins. Each key is a
# lower-case substring of its pattern, by which most texts are skipped.
_KNOWN: Mapping[str, str] = {
    "gh": r"(?<![A-Za-z0-9])gh[pousr]_\w{20,}",
    "github_pat_": r"(?<![A-Za-z0-9])github_pat_\w{20,}",
    "glpat-": r"(?<![A-Za-z0-9])glpat-[\w-]{16,}",
    "xox": r"(?<![A-Za-z0-9])xox[abeprs]-[\w-]{10,}",
    "akia": r"(?<![A-Za-z0-9])AKIA[A-Z0-9]{16}",
    "asia": r"(?<![A-Za-z0-9])ASIA[A-Z0-9]{16}",
    "k_live_": r"(?<![A-Za-z0-9])[sr]k_live_\w{10,}",
    "pn": r"(?<![A-Za-z0-9])pn[ubw]_\w{16,}",
    "aiza": r"(?<![A-Za-z0-9])AIza[\w-]{35}",
    "eyj": r"(?<![A-Za-z0-9])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]*",
    "hooks.slack.com": r"(?<![A-Za-z0-9])https://hooks\.slack\.com/services/\S+",
    "bearer": r"(?<![A-Za-z0-9])(?i:bearer)[ ]+(?=\S*\d)[\w.~+/=-]{8,}",
    "private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*",
    **{
        f"{name}=": rf"(?i:{name}=)[^\s;&\"'$<{{]{{4,}}"
        for name in ("token", "password", "pwd", "secret", "accountkey", "sharedaccesskey")
    },
}
# Fields whose values may be recognizable secrets; elsewhere they are names.
_HOLDERS = frozenset("parameters infrastructure infra_overrides job_variables".split())
# Fields of prose, which may contain secrets.
_PROSE = ("description",)
# Named secrets in commands and code: `--password x`, `API_TOKEN=x`, `token: x` and, in a line of code,
# `"PASSWORD", "value": "x"` and `"password", default="x"`.
_NAMED = re.compile(
    r"(?i)(?<![\w-])[\w-]{0,60}?(?:token|passw(?:or)?d|passphrase|secret|api[_-]?key|access[_-]?key(?:[_-]?id)?"
    r"|private[_-]?key|account[_-]?key|connection[_-]?string|credentials?)"
    r"[\"']?(?:,[ \t]*[\"']?(?:default|value)[\"']?)?(?:[ \t]*[=:][ \t]*|[ \t]+)"
    r"(?P<value>\"[^\"\n]*\"|'[^'\n]*'|[^\s\"'$<{]\S*)"
)
_IN_NAMED = ("token", "pass", "secret", "key", "connection", "credential")


@dataclass(frozen=True, slots=True)
class Hidden:
    """A document without its secrets, and their paths."""

    root: Node
    places: tuple[TreePath, ...] = ()


def hide_secrets(root: Node, ends: Mapping[int, int] = MappingProxyType({})) -> Hidden:
    """Return *root* with a `Secret` for each value with a secret name, and asterisks in its source.

    *ends* maps the start of a value to its end; by default, the start of the next key or value.
    """
    hiding = _Hiding()
    value = hiding.value(root)
    text = _masked(root, hiding.starts, ends)
    source = Source(root.source.name, text)
    return Hidden(root.with_value(value).in_source(source), tuple(hiding.places))


def hide_values(root: Node) -> tuple[Any, tuple[TreePath, ...]]:
    """Return the value of *root* with a `Secret` for each secret, and their paths."""
    hiding = _Hiding()
    return hiding.value(root), tuple(hiding.places)


def unveiled(key: str, value: Any) -> Any:
    """Return the *value* of the field *key* in its original form, if it was hidden as a whole."""
    return _in_clear(value) if _is_veiled(key) else value


def _in_clear(value: Any) -> Any:
    if isinstance(value, Secret):
        try:
            return json.loads(value.reveal())
        except ValueError:  # a secret that a server masked
            return value.reveal()
    if isinstance(value, dict):
        return {key: _in_clear(item) for key, item in value.items()}
    return [_in_clear(item) for item in value] if isinstance(value, list) else value


def _is_veiled(key: object) -> bool:
    return str(key).partition(".")[0] in _VEILED


@lru_cache(maxsize=4)  # several stages request the text of the current file
def hide_in_text(text: str) -> str:
    """Return *text*, which is not YAML, with asterisks for likely secrets, at its original length."""
    if "://" in text:
        text = _LOGIN.sub(lambda found: "*" * (len(found[0]) - 1) + "@", text)
    if _may_name_secret(text):
        text = "\n".join(map(_without_named, text.split("\n")))
    known = _known_in(text)
    return known.sub(lambda found: re.sub(r"\S", "*", found[0]), text) if known else text


def _known_in(text: str) -> re.Pattern[str] | None:
    """Return the patterns that *text* may match."""
    folded = text.casefold()
    forms = [form for contained, form in _KNOWN.items() if contained in folded]
    return re.compile("|".join(forms)) if forms else None


def _may_name_secret(text: str) -> bool:
    """Return whether *text* may match `_NAMED`; a quick filter, since most lines do not."""
    return any(map(text.casefold().__contains__, _IN_NAMED))


def _without_named(line: str) -> str:
    """Return *line* without its named secrets."""
    return (
        _NAMED.sub(lambda found: _starred(found[0], found["value"]), line) if _may_name_secret(line) else line
    )


def _starred(whole: str, secret: str) -> str:
    return whole[: len(whole) - len(secret)] + "*" * len(secret)


@dataclass
class _Hiding:
    """A rebuilder of values; *places* are the paths of secrets, *starts* their positions in the source."""

    places: list[TreePath] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)

    def value(self, node: Node, *, is_secret: bool = False, is_veiled: bool = False) -> Any:
        if isinstance(node.value, dict):
            return {
                path[-1]: self.value(
                    child,
                    is_secret=(is_secret or _names_secret(path)) and not _is_bookkeeping(path),
                    is_veiled=is_veiled or _is_veiled(path[-1]),
                )
                for child in node.children()
                for path in [child.path]
            }
        if isinstance(node.value, list):
            before = [None, *(child.value for child in node.children())]
            return [
                self.value(child, is_secret=is_secret or _asks_for_secret(option), is_veiled=is_veiled)
                for option, child in zip(before, node.children(), strict=False)
            ]
        if node.path[:1] == _PROSE and (is_known_secret(node.value) or has_login(node.value)):
            self.starts.append(node.span.start)
            self.places.append(node.path)
            return _without_known(node.value)
        is_known = node.path[:1] and node.path[0] in _HOLDERS and is_known_secret(node.value)
        if not _is_value(node.value) or not (is_secret or is_veiled or is_known or has_login(node.value)):
            return node.value
        self.starts.append(node.span.start)
        if is_veiled:
            return Secret(json.dumps(node.value))
        if set(str(node.value)) != {"*"}:  # masked by a server, so the file does not contain it
            self.places.append(node.path)
        is_login = has_login(node.value) and not is_known
        return _LOGIN.sub("", node.value) if is_login else Secret(str(node.value))


def _names_secret(path: TreePath) -> bool:
    key = path[-1]
    if path[0] == "parameter_openapi_schema":
        return False
    return is_secret_name(key) or key in SECRET_NAMES or (path[0] == "storage" and key in _IN_STORAGE)


def _asks_for_secret(word: Any) -> bool:
    """Return whether the next word of a command is a secret, as after `--token`."""
    return isinstance(word, str) and word.startswith("-") and is_secret_name(word.lstrip("-"))


def _is_bookkeeping(path: TreePath) -> bool:
    return str(path[-1]).startswith(("_", "block_type"))


def _is_value(value: Any) -> bool:
    if isinstance(value, str):
        return value != "" and not (value.startswith("{{") and value.endswith("}}"))  # a reference is none
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def has_login(value: Any) -> bool:
    """Return whether *value* is a string with a URL that contains a password or a token."""
    return isinstance(value, str) and _LOGIN.search(value) is not None


def is_known_secret(value: Any) -> bool:
    """Return whether *value* is a string with a key or a password of a recognizable form."""
    known = _known_in(value) if isinstance(value, str) else None
    return known is not None and known.search(value) is not None


def _without_known(text: str) -> str:
    """Return *text* with asterisks for secrets of a recognizable form and logins in URLs."""
    known = _known_in(text)
    return _LOGIN.sub("", known.sub(MASKED, text) if known else text)


def _masked(root: Node, begins: list[int], ends: Mapping[int, int]) -> str:
    """Return the source with asterisks from each of *begins* to the next token."""
    text = root.source.text
    if not begins:
        return text
    starts = sorted({*starts_in(root.location), *begins, len(text)})
    pieces, done = [], 0
    for begin in sorted(set(begins)):
        end = ends.get(begin) or starts[min(bisect_right(starts, begin), len(starts) - 1)]
        pieces += [text[done:begin], re.sub(r"\S", "*", text[begin:end])]
        done = max(end, begin)
    return "".join([*pieces, text[done:]])
