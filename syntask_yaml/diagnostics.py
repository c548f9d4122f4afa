"""Diagnostics: a problem, its location, its cause and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from syntask_yaml.source import Span

Path = tuple[str | int, ...]


class Severity(Enum):
    """How bad a problem is. Errors stop a deploy; warnings do so only under `--strict`; notes never."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem.

    *code* is a key of `MESSAGES`, which has the summary: fixed words without user data.
    *detail* says in full sentences what is wrong and why, *hint* says what to do.
    *span* is where the value is written, *used* where an alias or merge key refers to it.
    *entries* are the names of the affected deployments, *targets* those of the affected targets, empty if the
    problem affects all of them.
    """

    code: str
    detail: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    span: Span | None = None
    used: Span | None = None
    path: Path = ()
    entries: tuple[str, ...] = field(default=(), compare=False)
    targets: tuple[str, ...] = field(default=(), compare=False)

    @property
    def summary(self) -> str:
        from syntask_yaml.messages import MESSAGES  # most commands need no summaries

        return MESSAGES[self.code].summary

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    @property
    def is_warning(self) -> bool:
        return self.severity is Severity.WARNING

    @property
    def is_note(self) -> bool:
        return self.severity is Severity.NOTE

    def as_error(self) -> Diagnostic:
        """Return this diagnostic as an error; a note stays a note."""
        return self if self.is_note else replace(self, severity=Severity.ERROR)

    def as_warning(self) -> Diagnostic:
        return replace(self, severity=Severity.WARNING)

    def as_note(self) -> Diagnostic:
        return replace(self, severity=Severity.NOTE)

    def with_entries(self, entries: tuple[str, ...]) -> Diagnostic:
        """Return this diagnostic with other *entries*."""
        # Each deployment may have a note, and `replace` takes three times as long.
        return Diagnostic(
            self.code,
            self.detail,
            self.hint,
            self.severity,
            self.span,
            self.used,
            self.path,
            entries,
            self.targets,
        )


def once(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return each problem once, with the entries of all its occurrences, in order of first occurrence."""
    diagnostics = list(diagnostics)
    if len({each.code for each in diagnostics}) == len(diagnostics):
        return diagnostics
    entries: dict[Diagnostic, dict[str, None]] = {}
    for diagnostic in diagnostics:
        entries.setdefault(diagnostic, {}).update(dict.fromkeys(diagnostic.entries))
    return [
        each if len(names) == len(each.entries) else replace(each, entries=tuple(names))
        for each, names in entries.items()
    ]


def of_targets(found: Mapping[str, Iterable[Diagnostic]]) -> list[Diagnostic]:
    """Merge the problems of a project's targets, by target name, and name the affected targets.

    Problems that affect every target name none.
    """
    targets: dict[Diagnostic, dict[str, None]] = {}
    entries: dict[Diagnostic, dict[str, None]] = {}
    for target, diagnostics in found.items():
        for each in diagnostics:
            targets.setdefault(each, {})[target] = None
            entries.setdefault(each, {}).update(dict.fromkeys(each.entries))
    return [
        replace(each, entries=tuple(entries[each]), targets=tuple(names) if len(names) < len(found) else ())
        for each, names in targets.items()
    ]


def once_per_location(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return each problem once per location in the file, whatever paths take their value from it.

    The first one is kept, with the entries of all.
    """
    places: dict[object, list[Diagnostic]] = {}
    for each in diagnostics:
        key = (each.code, each.detail, each.severity, each.span, each.path if each.span is None else None)
        places.setdefault(key, []).append(each)
    return tuple(
        replace(found[0], entries=tuple(dict.fromkeys(name for each in found for name in each.entries)))
        for found in places.values()
    )


# Problems that an unknown key and its misspelling both cause.
_OF_UNKNOWN_KEYS = frozenset({"unknown-key", "missing-key", "wrong-value"})


def without_ignored(diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Return the diagnostics without those below an unknown key, whose value is ignored anyway."""
    ignored = {each.path for each in diagnostics if each.code == "unknown-key"}
    if not ignored:
        return list(diagnostics)
    return [
        each
        for each in diagnostics
        if (each.path in ignored and each.code in _OF_UNKNOWN_KEYS)
        or not any(each.path[:length] in ignored for length in range(1, len(each.path) + 1))
    ]


def in_file_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return each problem once, sorted by location; problems without one come first."""
    return sorted(once(diagnostics), key=_place)


# Problems of a value that could not be resolved, which make other problems with it redundant.
_UNRESOLVED = frozenset({"unset-name", "invalid-template"})
_UNKNOWN = frozenset({"unknown-key", "unknown-parameter"})


def errors_first(errors: Sequence[Diagnostic], found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return *errors*, followed by the warnings in *found* that do not repeat them."""
    said = {(each.path, code) for each in errors for code in (each.code, *_UNRESOLVED)}
    return [*errors, *(each for each in found if each.is_warning and (each.path, each.code) not in said)]


def each_once(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return each problem once, without those that another problem at the same location explains.

    A misspelled key is unknown, and the intended key is missing: keep the error, or else the first. For an
    unresolved template, keep only that problem. Keep problems of number notation only where a number is
    valid, and problems of naming only where a text is.
    """
    found = once(diagnostics)
    if len(found) < 2:
        return tuple(found)
    unknown = {each.path: each.is_error for each in found if each.code in _UNKNOWN}
    if not unknown and not any(each.is_error for each in found):  # no problem explains another
        return tuple(found)
    errors = {(each.path, each.code) for each in found if each.is_error}
    places = {(each.span, each.code) for each in found if each.is_error and each.span is not None}
    unknown_places = {each.span for each in found if each.code in _UNKNOWN}
    wrong_places = {span for span, _ in places}
    at_fault = {path for path, _ in errors}
    unresolved = {path for path, code in errors if code in _UNRESOLVED}

    def is_explained(problem: Diagnostic) -> bool:
        if problem.code in _UNKNOWN and not problem.is_error:
            return problem.path in at_fault
        if problem.code == "odd-number":
            return problem.span in wrong_places
        if problem.code == "unknown-key" and (problem.span, "key-not-text") in places:
            return True
        if problem.code == "quoted-merge":
            return problem.span in unknown_places
        if problem.code not in _UNKNOWN and problem.path in unknown:
            return unknown[problem.path] or not problem.is_error
        return problem.code not in _UNRESOLVED and problem.path in unresolved

    return tuple(each for each in found if not is_explained(each))


def _place(diagnostic: Diagnostic) -> tuple[str, int]:
    span = diagnostic.used or diagnostic.span
    return ("", -1) if span is None else (span.file, span.start)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that *name* most likely misspells, or None."""
    from difflib import get_close_matches  # loaded only after a misspelling

    by_folded = {_folded(candidate): candidate for candidate in known}
    close = get_close_matches(_folded(name), by_folded, n=1, cutoff=0.7)
    if not close and len(name) > 2:  # swapped letters lower the similarity of short names
        letters = sorted(_folded(name))
        close = [each for each in by_folded if sorted(each) == letters]
    return by_folded[close[0]] if close else None


def did_you_mean(name: str, known: Iterable[str], *, otherwise: str = "") -> str:
    """Return a hint that suggests the nearest known name, or else *otherwise*."""
    found = nearest(name, known)
    return f"Did you mean `{found}`?" if found else otherwise


def _folded(name: str) -> str:
    return name.casefold().replace("-", "_").replace(" ", "_")
