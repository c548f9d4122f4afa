"""`{{ … }}` inside a text: where the placeholders are, and which kind each one is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

# A plain name, exactly as the reference reads it. Whatever else stands in braces is an expression.
_PLAIN = re.compile(r"[\w.\-\[\]$]+")
_PLACEHOLDER = re.compile(r"""\{\{((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?!\}\}).)*?)\}\}""", re.DOTALL)
_PATH_STEP = re.compile(r"[^.\[\]]+")


@dataclass(frozen=True, slots=True)
class Reference:
    """A plain name in braces; *raw* is what was written, braces included."""

    raw: str
    name: str


@dataclass(frozen=True, slots=True)
class Expression:
    """Anything else in braces."""

    raw: str
    text: str


Placeholder: TypeAlias = Reference | Expression


@dataclass(frozen=True, slots=True)
class Template:
    """A text in parts: literal strings and placeholders. *is_unclosed*: a `{{` has no `}}`."""

    parts: tuple[str | Placeholder, ...]
    is_unclosed: bool = False

    @property
    def whole(self) -> Placeholder | None:
        """The placeholder that is all of the text, if one is."""
        only = self.parts[0] if len(self.parts) == 1 else None
        return None if isinstance(only, str) else only

    @property
    def placeholders(self) -> tuple[Placeholder, ...]:
        return tuple(part for part in self.parts if not isinstance(part, str))


def is_template(value: object) -> bool:
    """Whether *value* is a text with a placeholder in it."""
    return isinstance(value, str) and "{{" in value and bool(parse(value).placeholders)


@lru_cache(maxsize=65536)
def parse(text: str) -> Template:
    """Take *text* apart."""
    parts: list[str | Placeholder] = []
    end = 0
    for match in _PLACEHOLDER.finditer(text):
        if match.start() > end:
            parts.append(text[end : match.start()])
        parts.append(_placeholder(match[0], match[1].strip()))
        end = match.end()
    if end < len(text) or not parts:
        parts.append(text[end:])
    return Template(tuple(parts), is_unclosed="{{" in text[end:])


def _placeholder(raw: str, inner: str) -> Placeholder:
    return Reference(raw, inner) if _PLAIN.fullmatch(inner) else Expression(raw, inner)


def steps_of(name: str) -> tuple[str, ...]:
    """The parts of a dotted name: `a.b[0]` is a, b, 0."""
    return tuple(_PATH_STEP.findall(name))
