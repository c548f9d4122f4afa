"""Check answers with the rules of the project file."""

from __future__ import annotations

from syntask_yaml.document.node import Node
from syntask_yaml.project.rules import Rule
from syntask_yaml.source import Source
from syntask_yaml.wizard.questions import Check


def obeys(rule: Rule) -> Check:
    """Return a check that applies a *rule* of the project file to one value."""

    def check(text: str) -> str:
        node = Node(text, Source("answer", ""), 0)
        return next((f"{each.detail} {each.hint}".strip() for each in rule(node) if each.is_error), "")

    return check
