"""Explain syntax errors of YAML, with hints."""

from __future__ import annotations

import re

import yaml

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.problems import TOO_DEEP
from syntask_yaml.source import Source, Span

# Messages of libyaml, and the most likely mistakes. The first match counts.
_REMEDIES: tuple[tuple[str, str], ...] = (
    (
        r"scanning an (alias|anchor)",
        "Quote values that start with `*` or `&`, such as cron expressions.",
    ),
    (r"tab character", "Indent with spaces, not tabs."),
    (
        r"cannot start any token",
        "Indent with spaces, not tabs. Quote values that start with `@`, `%` or a backtick.",
    ),
    (
        r"mapping values are not allowed",
        "Quote values that contain `: `, and indent all keys of a mapping equally.",
    ),
    (
        r"could not find expected ':'",
        "Add `: ` after the key. Text of several lines requires `|` or quotes.",
    ),
    (r"did not find expected '-'", "Indent all items of a list equally, each after its own `- `."),
    (
        r"did not find expected key",
        "Indent all keys of a mapping equally, and quote values that contain quotes, `: ` or `#`.",
    ),
    (
        r"unknown escape|hexdecimal",
        "Inside double quotes, a backslash starts an escape: write `\\\\`, or use single quotes.",
    ),
    (
        r"unexpected end of stream|did not find expected ',' or",
        "Close the quote or bracket that is opened here.",
    ),
    (r"document start", "This line belongs to no mapping or list. Check its indentation."),
    (r"block scalar", "Start the text on the line after `|` or `>`, or quote the value."),
    (r"expected node content", "Add the missing value, or quote the value because of its first character."),
    (
        r"sequence entries are not allowed",
        "Start a list on its own line, and quote values that start with `- `.",
    ),
    (r"keys are not allowed", "Quote values that start with `? `."),
    (r"scanning a tag", "Quote values that start with `!`."),
    (r"scanning a directive", "Quote values that start with `%`."),
)
# libyaml 0.2.6 reports this before our own limit applies; earlier versions continue.
_TOO_DEEP = re.compile(r"maximum nesting depth")
# The parser notices these errors at the end of the construct, but the mistake is at its start.
_OPENED = re.compile(r"unexpected end of stream|did not find expected ',' or")


SyntaxProblem = yaml.MarkedYAMLError | yaml.reader.ReaderError | UnicodeEncodeError
SYNTAX_ERRORS = (yaml.MarkedYAMLError, yaml.reader.ReaderError, UnicodeEncodeError)


def is_colon_in_flow(error: SyntaxProblem) -> bool:
    """Return whether libyaml rejects what PyYAML's own parser reads: `{months:[1, 2], "year": 2021}`."""
    return isinstance(error, yaml.MarkedYAMLError) and error.problem == "found unexpected ':'"


def syntax_problem(error: SyntaxProblem, source: Source) -> Diagnostic:
    """Return the diagnostic for the *error* that the parser raised for *source*."""
    if isinstance(error, UnicodeEncodeError):  # a lone surrogate
        return _character_problem(error.start, source)
    if isinstance(error, yaml.reader.ReaderError):
        return _character_problem(_position(error, source), source)
    return _structure_problem(error, source)


def _structure_problem(error: yaml.MarkedYAMLError, source: Source) -> Diagnostic:
    what = ", ".join(part for part in (error.context, error.problem) if part)
    hint = next((remedy for pattern, remedy in _REMEDIES if re.search(pattern, what)), "")
    mark = (_OPENED.search(what) and error.context_mark) or error.problem_mark or error.context_mark
    start = min(mark.index, len(source.text)) if mark else 0
    if _TOO_DEEP.search(what):
        return Diagnostic("too-deep", *TOO_DEEP, span=Span(source, start, start + 1))
    return Diagnostic("invalid-yaml", f"Invalid YAML: {what}.", hint, span=Span(source, start, start + 1))


def _position(error: yaml.reader.ReaderError, source: Source) -> int:
    """Return the index of the character in *error*; libyaml counts bytes."""
    if error.encoding == "?":
        return len(source.text.encode()[: int(error.position)].decode(errors="ignore"))
    return int(error.position)


def _character_problem(position: int, source: Source) -> Diagnostic:
    start = min(position, max(len(source.text) - 1, 0))
    detail = f"Character {source.text[start : start + 1]!r} is not allowed in YAML."
    hint = "Check that this is a text file. Write special characters as escapes inside double quotes."
    return Diagnostic("unreadable-file", detail, hint, span=Span(source, start, start + 1))
