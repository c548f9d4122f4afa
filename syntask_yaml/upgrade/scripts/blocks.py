"""Blocks that scripts of the repository define and save, for deployments that only name them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from syntask_yaml.document.node import Node
from syntask_yaml.project.agent_files import MAX_BYTES
from syntask_yaml.pysource.module import SourceUnreadable, module_of
from syntask_yaml.pysource.module_index import ModuleIndex
from syntask_yaml.pysource.scope import NameScope
from syntask_yaml.upgrade.agent_deployment import AgentDeployment
from syntask_yaml.upgrade.blocks import BLOCK_FIELDS, block_name, block_type, has_copy
from syntask_yaml.upgrade.find import FoundFile
from syntask_yaml.upgrade.scripts.calls import walk
from syntask_yaml.upgrade.scripts.constants import Dynamic
from syntask_yaml.upgrade.scripts.objects import evaluator_of
from syntask_yaml.upgrade.scripts.places import Places
from syntask_yaml.upgrade.scripts.reach import Frame
from syntask_yaml.upgrade.scripts.surroundings import scope_at
from syntask_yaml.upgrade.secrets import hide_values

Blocks = Mapping[tuple[str, str], Mapping[str, Any]]


def with_saved_blocks(
    sources: Iterable[AgentDeployment], files: Iterable[FoundFile], root: Path
) -> Iterator[AgentDeployment]:
    """Yield *sources* with the values that a script saves for blocks that are only named."""
    sources = list(sources)
    named = any(_is_named(block) for each in sources for block in filter(None, map(each.get, BLOCK_FIELDS)))
    blocks = _saved(files, root) if named else {}
    for source in sources:
        found = source
        for block in filter(None, map(source.get, BLOCK_FIELDS)):
            value = blocks.get((block_type(block), block_name(block)))
            if _is_named(block) and value is not None:
                found = _with_values(found, block, value)
        yield found


def _is_named(block: Node) -> bool:
    return bool(block_name(block)) and not has_copy(block)


def _with_values(source: AgentDeployment, block: Node, value: Mapping[str, Any]) -> AgentDeployment:
    whole = {**value, "_block_document_name": block_name(block)}
    hidden, secrets = hide_values(Node(whole, block.source, block.location, block.path))
    root = source.root.with_value({**source.root.value, str(block.path[0]): hidden})
    return replace(source, root=root, secrets=(*source.secrets, *secrets))


def _saved(files: Iterable[FoundFile], root: Path) -> Blocks:
    """Return the blocks that are saved in *files*, except those that are saved with different values."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    differing: set[tuple[str, str]] = set()
    for file in files:
        for key, value in _saved_in(file, root) if file.is_python else ():
            if found.setdefault(key, value) != value:
                differing.add(key)
    return {key: value for key, value in found.items() if key not in differing}


def _saved_in(file: FoundFile, root: Path) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    try:
        with file.path.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
        if b".save(" not in content or b"prefect" not in content or len(content) > MAX_BYTES:
            return
        text, module = content.decode("utf-8"), module_of(file.path.absolute(), content)
    except (OSError, UnicodeDecodeError, SourceUnreadable):
        return
    index = ModuleIndex(root.absolute())
    scope = NameScope(index, module, index.search_path(module.path.parent))
    for node, around in walk(module.tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="save", value=block)):
                saved = _block(block, node, Frame(scope_at(node, around, scope)), text)
                if saved is not None:
                    yield saved


def _block(
    block: ast.expr, call: ast.Call, frame: Frame, text: str
) -> tuple[tuple[str, str], Mapping[str, Any]] | None:
    """Return the type, name and values of the block that *call* saves, if all are constants."""
    named = [*call.args[:1], *(keyword.value for keyword in call.keywords if keyword.arg == "name")]
    evaluator = evaluator_of(frame.scope, Places(text))
    try:
        name = evaluator.evaluate(named[0], frame).value if named else None
        value = evaluator.evaluate(block, frame).value
    except Dynamic:
        return None
    if evaluator.left or not isinstance(name, str) or not isinstance(value, dict):
        return None
    slug = value.get("_block_type_slug")
    if not slug or "_block_document_name" in value:
        return None
    return (slug, name), {key: item for key, item in value.items() if key != "name"}
