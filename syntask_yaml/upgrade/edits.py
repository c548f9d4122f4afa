"""Changes of files by an upgrade: entries, commands, and a marker line in converted files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from syntask_yaml.document.reader import read_each
from syntask_yaml.operations.edit import read_text
from syntask_yaml.project.agent_files import CONVERTED, MARK_LINES
from syntask_yaml.source import Source
from syntask_yaml.upgrade.answers import Answer
from syntask_yaml.upgrade.commands import FoundCommands
from syntask_yaml.upgrade.find import FoundFile
from syntask_yaml.upgrade.pool_names import PoolNeed
from syntask_yaml.upgrade.project_file import Merged, OpenedFile
from syntask_yaml.upgrade.read import FoundDeployments
from syntask_yaml.upgrade.result import DeploymentResult, FileChange, Status
from syntask_yaml.upgrade.script_commands import DeployScripts

_BOM = "\ufeff"
_AS = " as "
_ELSEWHERE = (Status.LEFT, Status.REWRITTEN)
_PYTHON_HEAD = re.compile(r"(?:#!.*\n)?(?:[ \t\f]*#.*?coding[:=].*\n)?")


def project_change(target: OpenedFile, merged: Merged) -> Iterator[FileChange]:
    """Yield the change of the project file, if an entry is added."""
    if merged.added:
        yield FileChange(
            target.path, target.shown, target.text, merged.text, target.encoding, is_project=True
        )


def template_changes(pools: Iterable[PoolNeed], directory: Path) -> Iterator[FileChange]:
    """Yield the new files below *directory* with the base job templates of *pools*.

    Raises FileFailed for an unreadable file.
    """
    for pool in pools:
        if not pool.template:
            continue
        path, text = directory / pool.file, f"{pool.template}\n"
        before, encoding = read_text(path) if path.exists() else (None, "utf-8")
        if before != text:
            yield FileChange(path, pool.file, before, text, encoding, is_private=before is not None)


def settle(script: FoundCommands, answers: Sequence[Answer]) -> tuple[list[Answer], FileChange | None]:
    """Return the answers to a file's commands, and the change of the file.

    If the change would alter the structure of a YAML file, nothing is rewritten.
    """
    text = _with_answers(script.text, answers)
    if text == script.text:
        return list(answers), None
    if script.file.is_yaml and not _stays_yaml(script.file.shown, script.text, text):
        return [each.left() for each in answers], None
    change = FileChange(script.file.path, script.file.shown, script.text, text, is_private=True)
    return list(answers), change


def _with_answers(text: str, answers: Sequence[Answer]) -> str:
    pieces, done = [], 0
    for each in answers:  # in source order
        span = each.command.span
        if each.text is not None and span.start >= done:
            pieces += [text[done : span.start], each.text]
            done = span.end
    return "".join([*pieces, text[done:]])


def _stays_yaml(shown: str, before: str, after: str) -> bool:
    """Return whether both texts are YAML of the same structure."""
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
    """Yield the files whose deployments are all in the project file, with a marker line that says so."""
    by_file: dict[Path, list[DeploymentResult]] = {}
    for result in results:
        by_file.setdefault(result.converted.source.path, []).append(result)
    for each in found:
        own = by_file.get(each.file.path, [])
        is_whole = not any(problem.is_error for problem in each.problems)
        if own and is_whole and all(result.status not in _ELSEWHERE for result in own):
            is_gone = removes and each.may_remove
            after = None if is_gone else _marked(each.flow_code or each.text, own, each.file.path)
            yield FileChange(each.file.path, each.file.shown, each.text, after, is_private=True)


def _marked(text: str, results: Sequence[DeploymentResult], path: Path) -> str:
    bom = _BOM if text.startswith(_BOM) else ""
    end = "\r\n" if "\r\n" in text.partition("\n")[0] + "\n" else "\n"
    # A line break in a name would end the comment.
    names = ", ".join(dict.fromkeys(" ".join(each.converted.full_name.split()) for each in results))
    where = os.path.relpath(results[0].target, path.parent)
    head, rest = _parted(text.removeprefix(_BOM), is_python=path.suffix == ".py")
    return f"{bom}{head}{CONVERTED}{where}{_AS}{names}{end}{rest}"


def _parted(text: str, *, is_python: bool) -> tuple[str, str]:
    """Split the text where the marker goes: below a script's interpreter and encoding lines."""
    found = _PYTHON_HEAD.match(text) if is_python else None
    end = found.end() if found else 0
    return text[:end], text[end:]


def scripts_in(found: Iterable[FoundDeployments], files: Iterable[FoundFile]) -> DeployScripts:
    """Return the scripts that build deployments, or did so before they were converted."""
    now = {each.file.path.resolve() for each in found if each.file.is_python}
    before = {file.path.resolve() for file in files if file.is_python and names_in_marker(file.path)}
    return DeployScripts(frozenset(now | before))


def names_in_marker(path: Path) -> list[str]:
    """Return the deployments that a file held before it was converted; empty for other files."""
    try:
        with path.open("rb") as opened:
            head = [opened.readline(64 * 1024) for _ in range(MARK_LINES if path.suffix == ".py" else 1)]
        lines = b"".join(head).decode("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    mark = next((line for line in lines if line.startswith(CONVERTED)), "")
    return [name.strip() for name in mark.partition(_AS)[2].split(",") if name.strip()]
