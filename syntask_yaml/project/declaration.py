"""One entry of `deployments`, as it is written."""

from __future__ import annotations

from typing import Any, NamedTuple

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.layer_nodes import replaced_by
from syntask_yaml.document.node import Node
from syntask_yaml.model.step import Step
from syntask_yaml.project.sections import SECTIONS, Sections
from syntask_yaml.template import Texts, texts_in


class Declaration(NamedTuple):
    """One entry of `deployments`, as it is written: *name* and *entrypoint* may contain templates.

    Both are empty if missing. *pull* None means that neither the entry nor the project declares pull steps.
    *texts* are the texts in its fields that may contain templates. *errors* prevent a deploy of this entry
    only.
    """

    node: Node
    name: str
    entrypoint: str
    build: tuple[Step, ...]
    push: tuple[Step, ...]
    pull: tuple[Step, ...] | None
    texts: Texts
    errors: tuple[Diagnostic, ...]

    @property
    def label(self) -> str:
        """The display name of the entry, whether or not it has a name."""
        return label_of(self.node)

    @property
    def written_name(self) -> str:
        """The name in the entry itself, without the prefix of the target."""
        node = self.node.get("name")
        before = replaced_by(node) if node is not None else []
        return str(before[0].value) if before and before[0].value else self.name

    @property
    def name_place(self) -> Node:
        """The node of the name; the entry itself if it has none."""
        node = self.node.get("name")
        return self.node if node is None else (replaced_by(node) or [node])[-1]

    @property
    def fields(self) -> dict[str, Any]:
        """The keys of the entry that are not sections."""
        return fields_of(self.node)


def declare(
    entry: Node, sections: Sections, texts: Texts, errors: tuple[Diagnostic, ...] = ()
) -> Declaration:
    """Return the declaration of the mapping *entry*; *texts* are those with templates in its fields."""
    build, push, pull = (sections.of(entry, section) for section in SECTIONS)
    return Declaration(
        node=entry,
        name=_text(entry, "name"),
        entrypoint=_text(entry, "entrypoint"),
        build=build.steps if build else (),
        push=push.steps if push else (),
        pull=pull.steps if pull else None,
        texts=texts,
        errors=errors,
    )


def fields_of(entry: Node) -> dict[str, Any]:
    """Return the keys of *entry* that are not sections."""
    return {key: value for key, value in entry.value.items() if key not in SECTIONS}


def texts_in_fields(entry: Node) -> Texts:
    """Return the texts in the keys of *entry*, except sections, that may contain a template."""
    return [found for found in texts_in(entry.value) if found[0][0] not in SECTIONS]


def label_of(entry: Node) -> str:
    """Return the display name of *entry*, whether or not it has a name."""
    return _text(entry, "name") or "(no name)"


def _text(node: Node, key: str) -> str:
    value = node.value.get(key)
    return value if isinstance(value, str) else ""
