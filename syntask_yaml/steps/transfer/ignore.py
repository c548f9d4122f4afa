"""Which files are left out: patterns as in `.gitignore`."""

from __future__ import annotations

from pathlib import Path

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.transfer.gitignore import IsIgnored, is_ignored_by, rules_of

OWN_FILE = ".syntaskignore"


def read_patterns(root: Path, ignore_file: str) -> tuple[IsIgnored, tuple[str, ...]]:
    """What the patterns of *ignore_file* and of `.syntaskignore` in *root* leave out; the files read.

    Of the two, the patterns of `.syntaskignore` come last and so win. Raises StepFailed for a file that
    is not text, or contains an invalid pattern.
    """
    names = [name for name in dict.fromkeys((ignore_file, OWN_FILE)) if (root / name).is_file()]
    lines = [line for name in names for line in _lines(root / name)]
    try:
        rules = tuple(rules_of(lines))
    except ValueError as error:
        raise StepFailed(f"{_listed(names)} contains an invalid pattern: {error}.") from error
    return is_ignored_by(rules), tuple(names)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_bytes().decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise StepFailed(f"`{path.name}` is not UTF-8 text.", hint="Write one pattern per line.") from error


def _listed(names: list[str]) -> str:
    return " or ".join(f"`{name}`" for name in names)
