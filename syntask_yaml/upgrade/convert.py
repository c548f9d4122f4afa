"""Conversion of an agent's deployment to an entry of a project file, pure and without losing a field."""

from __future__ import annotations

from dataclasses import replace

from syntask_yaml.diagnostics import Path as TreePath
from syntask_yaml.document.node import Node
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.sections import SECTIONS
from syntask_yaml.upgrade.agent_deployment import AgentDeployment, Form, is_empty
from syntask_yaml.upgrade.draft import ConversionContext, Converted, EntryDraft
from syntask_yaml.upgrade.field_types import mistyped
from syntask_yaml.upgrade.fields import FIELDS, MORE_FIELDS
from syntask_yaml.upgrade.template_text import TemplateText

_OF_DEPLOY = ("build", "push")


def convert(source: AgentDeployment, context: ConversionContext) -> Converted:
    """Convert *source*. Each of its fields is carried, dropped or reported, exactly once."""
    draft = EntryDraft(source, context)
    _report_mistyped(draft)
    kept = SECTIONS if source.form is Form.PROJECT else ()
    for node in draft.ledger.rest:
        if is_empty(node.value) and node.path[-1] not in kept:
            draft.drop(node, "empty")
    for _, convert_field in (*FIELDS, *MORE_FIELDS.get(source.form, ())):
        convert_field(draft)
    if source.form is not Form.PROJECT:
        _shield(draft)
    _warn_of_secrets(draft)
    if draft.context.dialect is Dialect.PREFECT:
        _warn_of_filters(draft, source.root)
    return draft.done()


def _report_mistyped(draft: EntryDraft) -> None:
    """Report fields of a type that Prefect 2 refused. Later conversions treat them as unset."""
    found = list(mistyped(draft.source))
    for node, expected in found:
        draft.report(node, "wrong-type", f"`{node.path[-1]}` is not {expected}. It is not carried.")
    root = draft.source.root
    silent = {str(node.path[-1]): None for node, _ in found}
    draft.source = replace(draft.source, root=root.with_value({**root.value, **silent}))


def _shield(draft: EntryDraft) -> None:
    """Keep the project's sections of steps from an entry whose deployment had no steps."""
    for section in _OF_DEPLOY:
        if section in draft.context.sections:
            draft.entry.setdefault(section, [])
    place = draft.source.text("path")
    if "pull" in draft.context.sections and "pull" not in draft.entry and place:
        detail = "The entry inherits the `pull` steps of the project. The deployment had none."
        draft.warn(draft.source.root, "inherited-pull", detail, "Check that they are right for this entry.")


def _warn_of_filters(draft: EntryDraft, node: Node) -> None:
    """Warn of expressions: Prefect only accepts names of variables, and deploys other expressions as text."""
    if isinstance(node.value, TemplateText) and node.value.has_filter:
        detail = f"Prefect does not evaluate `{node.value}`, and deploys it as text."
        draft.warn(node, "dynamic-value", detail, "Write the value, or use a `syntask.yaml`.")
    for child in node.children():
        _warn_of_filters(draft, child)


def _field_of(path: TreePath) -> TreePath:
    """Return the field of a storage block that holds a secret; elsewhere the secret's path."""
    return path[:2] if path[0] == "storage" else path


def _warn_of_secrets(draft: EntryDraft) -> None:
    reported = {problem.path for problem in draft.problems if problem.code == "secret-in-file"}
    for path in dict.fromkeys(map(_field_of, draft.source.secrets)):
        if any(path[: len(each)] == each for each in reported):
            continue
        node = draft.source.root.at(path)
        detail = f"`{'.'.join(map(str, path))}` contains a secret in plain text. It is not carried."
        hint = "Revoke the secret, because anybody could read the file"
        hint += "." if path[0] == "description" else ", and create the block with a new one."
        draft.warn(node, "secret-in-file", detail, hint)
