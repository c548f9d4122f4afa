"""Names that became unused in converted files, but are imported by other files of the repository."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence

from syntask_yaml.upgrade.find import FoundFile
from syntask_yaml.upgrade.flow_imports import RenamedNames, found_module, module_of, source_of
from syntask_yaml.upgrade.prefect1.read import FoundFlows
from syntask_yaml.upgrade.python_tree import parse, statements

_WORD = re.compile(r"\w+")
Module = tuple[str, ...]


def without_gaps(found: Sequence[FoundFlows], files: Iterable[FoundFile]) -> list[FoundFlows]:
    """Return *found* with the unused names that other code still imports."""
    unused = {module_of(each.file.path): each.converted.unused for each in found if each.converted.unused}
    if not unused:
        return list(found)
    offered = RenamedNames({module: dict.fromkeys(names, "") for module, names in unused.items()})
    texts = {each.file.path: each.converted.text for each in found}
    others = (file for file in files if file.is_python and file.path not in texts)
    texts |= {file.path: source_of(file) for file in others}
    stems = {module[-1] for module in unused}
    taken: dict[Module, set[str]] = {}
    for path, text in texts.items():
        if not stems.isdisjoint(_WORD.findall(text)):
            for node in _imports(text):
                for level, name, names in _opened(node):
                    module = found_module(path, name, level, offered)
                    mentioned = _WORD.findall(text) if names is None else names
                    taken.setdefault(module, set()).update(mentioned)
    return [each.with_kept(taken.get(module_of(each.file.path), set())) for each in found]


def _imports(text: str) -> Iterator[ast.Import | ast.ImportFrom]:
    try:
        for node in statements(parse(text)):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                yield node
    except SyntaxError:
        return


def _opened(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[int, str, list[str] | None]]:
    """Yield the modules that an import may reach, with the imported names; None for all names in the code."""
    if isinstance(node, ast.Import):
        yield from ((0, alias.name, None) for alias in node.names)
        return
    names, module = [alias.name for alias in node.names], node.module or ""
    yield node.level, module, None if "*" in names else names
    yield from ((node.level, f"{module}.{name}".lstrip("."), None) for name in names)
