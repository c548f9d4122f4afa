"""Find the placeholders in a text, and their kinds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from syntask_yaml.model.value import MAPPINGS, SCALARS

# A plain name, exactly as Prefect reads it. Any other text in braces is an expression.
_NAME = r"[\w.\-\[\]$]+"
_PLAIN = re.compile(_NAME)
_REFERENCE = re.compile(rf"\{{\{{\s*({_NAME})\s*\}}\}}")
# From opening braces to the closing ones, the next opening ones, or the end. Quotes hide braces. Each
# alternative begins with a different character and every continuation is optional, so that there is no
# backtracking and the time is linear. (Possessive groups, `(…)*+`, match wrongly before Python 3.11.5;
# possessive characters do not.)
_PLACEHOLDER = re.compile(
    r"""\{\{(?!\{)
        ((?: [^{}"'\\]++ | "[^"\\]*+(?:\\.[^"\\]*+)*" | '[^'\\]*+(?:\\.[^'\\]*+)*'
           | \\[^{}] | (?!\{\{|\}\}). )*)
        (\}\}|\Z)?""",
    re.DOTALL | re.VERBOSE,
)
_PATH_STEP = re.compile(r"[^.\[\]]+")


class Reference(NamedTuple):
    """A plain name in braces; *raw* is the source text, with the braces."""

    raw: str
    name: str

    @property
    def text(self) -> str:
        """The text between the braces."""
        return self.name


class Expression(NamedTuple):
    """An expression in braces."""

    raw: str
    text: str


Placeholder: TypeAlias = Reference | Expression


class Template(NamedTuple):
    """A text in parts: literal strings and placeholders. *is_unclosed*: a `{{` has no `}}`."""

    parts: tuple[str | Placeholder, ...]
    is_unclosed: bool = False

    @property
    def whole(self) -> Placeholder | None:
        """The placeholder if it is the entire text, or else None."""
        only = self.parts[0] if len(self.parts) == 1 else None
        return None if isinstance(only, str) else only

    @property
    def placeholders(self) -> tuple[Placeholder, ...]:
        return tuple(part for part in self.parts if not isinstance(part, str))


def is_template(value: object) -> bool:
    """Return whether *value* is a text with a placeholder in it."""
    return isinstance(value, str) and "{{" in value and bool(parse(value).placeholders)


def may_hold_template(value: object) -> bool:
    """Return whether a text anywhere in *value* contains `{{`. Most values do not, and need no resolving."""
    if isinstance(value, str):
        return "{{" in value
    if isinstance(value, SCALARS):
        return False
    if isinstance(value, MAPPINGS):
        value = value.values()
    elif not isinstance(value, (list, tuple)):
        return False
    return any(map(may_hold_template, value))


@lru_cache(maxsize=65536)
def parse(text: str) -> Template:
    """Split *text* into literal strings and placeholders."""
    parts: list[str | Placeholder] = []
    end = 0
    for start, placeholder in _placeholders(text):
        if start > end:
            parts.append(text[end:start])
        parts.append(placeholder)
        end = start + len(placeholder.raw)
    if end < len(text) or not parts:
        parts.append(text[end:])
    return Template(tuple(parts), is_unclosed=any("{{" in part for part in parts if isinstance(part, str)))


def _placeholders(text: str) -> Iterator[tuple[int, Placeholder]]:
    """Yield the placeholders of *text* with their positions."""
    found = _PLACEHOLDER.search(text)
    while found is not None:
        if found[2] == "":  # the braces are never closed; names after them are still found
            for match in _REFERENCE.finditer(text, found.start()):
                yield match.start(), Reference(match[0], match[1])
            return
        if found[2]:
            yield found.start(), _placeholder(found[0], found[1].strip())
        found = _PLACEHOLDER.search(text, found.end())


def _placeholder(raw: str, inner: str) -> Placeholder:
    return Reference(raw, inner) if _PLAIN.fullmatch(inner) else Expression(raw, inner)


def steps_of(name: str) -> tuple[str, ...]:
    """Return the parts of a dotted name: `a.b[0]` is a, b, 0."""
    return tuple(_PATH_STEP.findall(name))
