"""Which files are left out: patterns as in `.gitignore`."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from pathspec import GitIgnoreSpec

from syntask_yaml.errors import StepFailed

OWN_FILE = ".syntaskignore"

# To git `a/**/` means the directories below `a`; to pathspec it is `a/**`, which takes the files too.
_DIRECTORIES_BELOW = re.compile(r"(?<=/)\*\*/(?=\s*$)")

# Whether the file or, with a `/` at the end, directory of that relative name is left out.
IsIgnored = Callable[[str], bool]


def read_patterns(root: Path, ignore_file: str) -> tuple[IsIgnored, tuple[str, ...]]:
    """What the patterns of *ignore_file* and of `.syntaskignore` in *root* leave out; the files read.

    Of the two, the patterns of `.syntaskignore` come last and so win. Raises StepFailed for a file that
    is no text, or holds what is no pattern.
    """
    names = [name for name in dict.fromkeys((ignore_file, OWN_FILE)) if (root / name).is_file()]
    lines = [line for name in names for line in _lines(root / name)]
    try:
        spec = GitIgnoreSpec.from_lines(lines)
    except ValueError as error:
        raise StepFailed(f"{_listed(names)} holds what is no pattern: {error}.") from error
    return spec.match_file, tuple(names)


def _lines(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise StepFailed(f"`{path.name}` is no UTF-8 text.", hint="Write one pattern a line.") from error
    return [_DIRECTORIES_BELOW.sub("**/*/", line) for line in lines]


def _listed(names: list[str]) -> str:
    return " or ".join(f"`{name}`" for name in names)
