"""A storage block, as the input of its steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from syntask_yaml.document.node import Node
from syntask_yaml.project.spelling import slug, step
from syntask_yaml.upgrade.agent_deployment import is_empty
from syntask_yaml.upgrade.blocks import block_name, block_type
from syntask_yaml.upgrade.draft import EntryDraft
from syntask_yaml.upgrade.template_text import TemplateText

_CREDENTIALS = (
    "credentials",
    "bitbucket_credentials",
    "gcp_credentials",
    *("aws_credentials", "minio_credentials"),  # of a bucket until 2023
)


@dataclass(frozen=True, slots=True)
class StoredCode:
    """A storage block, and the *folder* of the code in it; empty for its top."""

    draft: EntryDraft
    block: Node
    folder: str

    def text(self, key: str) -> str:
        value = self.block.value.get(key)
        if isinstance(value, str):
            return value  # a TemplateText, if it is a template
        return str(value) if isinstance(value, int) else ""

    @property
    def name(self) -> str:
        """The name of the block; for an inline block, the deployment's."""
        return block_name(self.block) or slug(self.draft.source.name)

    def step(self, name: str, **inputs: Any) -> dict[str, Any]:
        """Return a step in the dialect of the project."""
        written = {key: self.draft.literal(value) for key, value in inputs.items() if key != "id"}
        return step(name, self.draft.context.dialect, id=inputs.get("id"), **written)

    def reference(self, type: str, name: str = "") -> str:
        return self.draft.reference(type, name or self.name)

    def has(self, *keys: str) -> bool:
        """Return whether the block has one of *keys*, including secrets."""
        return any(not is_empty(self.block.value.get(key)) for key in keys)

    def login(self, type: str, *keys: str) -> str | None:
        """Return the reference to a block of *type* with the secrets under *keys*; None without secrets."""
        named = [value for key in keys if TemplateText(value := self.text(key)).secrets]
        if named and type == "secret":
            return str(self.draft.literal(named[0]))  # the block whose secret it was
        return self.reference(type) if self.has(*keys) else None

    def nested(self, *types: str) -> str | None:
        """Return the reference to the nested credentials block; None if there is none."""
        for key in _CREDENTIALS:
            inner = self.block.get(key)
            if inner is not None and isinstance(inner.value, dict) and inner.value:
                return self.reference(block_type(inner) or types[0], block_name(inner))
        return None
