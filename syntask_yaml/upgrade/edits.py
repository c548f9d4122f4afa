"""What an upgrade changes in files: entries, commands, and a first line in what was converted."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from syntask_yaml.document.reader import read_each
from syntask_yaml.project.agent_files import CONVERTED
from syntask_yaml.source import Source
from syntask_yaml.upgrade.commands import FoundCommands
from syntask_yaml.upgrade.equivalents import Answer
from syntask_yaml.upgrade.project_file import Merged, Target
from syntask_yaml.upgrade.read import FoundDeployments
from syntask_yaml.upgrade.result import DeploymentResult, FileChange, Status

_BOM = "\ufeff"
_AS = " as "


def project_change(target: Target, merged: Merged) -> Iterator[FileChange]:
    """The project file, if anything is added to it."""
    if merged.added:
        yield FileChange(target.path, target.shown, target.text, merged.text, target.encoding)


def settle(script: FoundCommands, answers: Sequence[Answer]) -> tuple[list[Answer], FileChange | None]:
    """The answers to the commands of a file, and the file with them: where it is YAML, it has to stay what
    it was, with other texts in it, or else nothing is rewritten."""
    text = _with_answers(script.text, answers)
    if text == script.text:
        return list(answers), None
    if script.file.is_yaml and not _stays_yaml(script.file.shown, script.text, text):
        return [each.left() for each in answers], None
    change = FileChange(script.file.path, script.file.shown, script.text, text, is_private=True)
    return list(answers), change


def _with_answers(text: str, answers: Sequence[Answer]) -> str:
    pieces, done = [], 0
    for each in answers:  # in the order of the text
        span = each.command.span
        if each.text is not None and span.start >= done:
            pieces += [text[done : span.start], each.text]
            done = span.end
    return "".join([*pieces, text[done:]])


def _stays_yaml(shown: str, before: str, after: str) -> bool:
    """Whether both are YAML, and of the same shape."""
    one, other = (read_each(Source(shown, text), at_most=100) for text in (before, after))
    if not all(each.is_readable for each in (*one, *other)):
        return False
    return [_shape(each.root.value) for each in one] == [_shape(each.root.value) for each in other]


def _shape(value: object) -> object:
    if isinstance(value, dict):
        return {key: _shape(item) for key, item in value.items()}
    if isinstance(value, list) and not any(isinstance(item, (dict, list)) for item in value):
        return list  # the words of a command
    return [_shape(item) for item in value] if isinstance(value, list) else type(value)


def marked_files(
    found: Iterable[FoundDeployments], results: Sequence[DeploymentResult], *, removes: bool
) -> Iterator[FileChange]:
    """The files all of whose deployments are in the project file, with a first line that says so."""
    by_file: dict[Path, list[DeploymentResult]] = {}
    for result in results:
        by_file.setdefault(result.converted.source.path, []).append(result)
    for each in found:
        own = by_file.get(each.file.path, [])
        is_whole = not any(problem.is_error for problem in each.problems)
        if own and is_whole and all(result.status is not Status.LEFT for result in own):
            after = None if removes else _marked(each.text, own, each.file.path)
            yield FileChange(each.file.path, each.file.shown, each.text, after, is_private=True)


def _marked(text: str, results: Sequence[DeploymentResult], path: Path) -> str:
    bom = _BOM if text.startswith(_BOM) else ""
    end = "\r\n" if "\r\n" in text.partition("\n")[0] + "\n" else "\n"
    # A name on several lines would end the comment.
    names = ", ".join(dict.fromkeys(" ".join(each.converted.full_name.split()) for each in results))
    where = os.path.relpath(results[0].target, path.parent)
    return f"{bom}{CONVERTED}{where}{_AS}{names}{end}{text.removeprefix(_BOM)}"


def names_in_marker(path: Path) -> list[str]:
    """The deployments that a file held before it was converted; none where it was not."""
    try:
        with path.open("rb") as opened:
            first = opened.readline(64 * 1024).decode("utf-8-sig").rstrip()
    except (OSError, UnicodeDecodeError):
        return []
    if not first.startswith(CONVERTED):
        return []
    return [name.strip() for name in first.partition(_AS)[2].split(",") if name.strip()]
