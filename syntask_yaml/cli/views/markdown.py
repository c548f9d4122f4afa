"""Markdown with escaped texts, within GitHub's length limit."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from syntask_yaml.cli.views.diagnostics import causes, with_deployments
from syntask_yaml.cli.views.escape import escaped
from syntask_yaml.diagnostics import Diagnostic, Severity

# Text between backquotes is code; in a table, only a code span without backquotes is safe.
_QUOTED = re.compile(r"`([^`]*)`")
_ODD = re.compile(r"[`|]|^\s|\s$")
_LINE_ENDS = re.compile(r"[\r\n\t\v\f\x85\u2028\u2029]+")
# An underscore inside a word, a colon without a URL after it, and other punctuation have no meaning.
_PUNCTUATION = re.compile(r"[^\w\s,;:.()/'\"?=-]|\b_|_\b|:(?=//)|(?<=\bwww)\.", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TextLimit:
    """The maximum length of a text, as counted by *measure*."""

    most: int
    measure: Callable[[str], int]


def _bytes(text: str) -> int:
    return len(text.encode())


# GitHub's limits: characters of a comment, and bytes of a job summary.
COMMENT = TextLimit(65_536 - 256, len)  # leaves room for the mark that identifies the comment
SUMMARY = TextLimit(1_048_576, _bytes)
NO_LIMIT = TextLimit(sys.maxsize, len)


def code(text: str) -> str:
    """Return *text* as code, which is safe in a table."""
    plain = escaped(_LINE_ENDS.sub(" ", text))
    if not plain.strip():
        return ""
    return f"<code>{_entities(plain)}</code>" if _ODD.search(plain) else f"`{plain}`"


def prose(text: str) -> str:
    """Return a sentence of a message with its backquoted parts as code, and everything else escaped."""
    parts = _QUOTED.split(escaped(_LINE_ENDS.sub(" ", text)))
    return "".join(code(part) if number % 2 else _entities(part) for number, part in enumerate(parts))


def _entities(text: str) -> str:
    """Return *text* with characters that have a meaning in Markdown or GitHub as numeric entities."""
    return _PUNCTUATION.sub(_entity, text)


def _entity(found: re.Match[str]) -> str:
    character = found[0]
    if not character.isascii():
        return character
    # GitHub recognizes `@somebody` and `#12` in the rendered text, unless a comment separates them.
    return f"&#{ord(character)};" + ("<!-- -->" if character in "@#" else "")


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table, whose cells are already Markdown, and an empty line."""
    yield f"| {' | '.join(columns)} |"
    yield f"|{' --- |' * len(columns)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def fitted(lines: Iterable[str], limit: TextLimit, remark: str) -> str:
    """Join *lines*; if they exceed *limit*, keep the first ones and add *remark*."""
    ending = f"\n{remark}\n"
    room = limit.most - limit.measure(ending)
    kept: list[str] = []
    used, fits = 0, 0
    for line in lines:
        kept.append(f"{line}\n")
        used += limit.measure(kept[-1])
        fits += used <= room
        if used > limit.most:
            return "".join(kept[:fits]) + ending
    return "".join(kept)


_ORDER = tuple(Severity)


def problem_lines(problems: Sequence[Diagnostic]) -> Iterator[str]:
    """Yield a table of *problems*, errors first, grouped by cause; nothing if there are none."""
    found = sorted(causes(problems), key=lambda each: _ORDER.index(each.severity))
    if found:
        yield from table(("", "Problem", "Where", "What to do"), map(_row, found))


def _row(problem: Diagnostic) -> tuple[str, ...]:
    where = code(str(problem.span)) if problem.span else ""
    what = f"{prose(with_deployments(problem))} ({code(problem.code)})"
    return problem.severity.value, what, where, prose(problem.hint)
