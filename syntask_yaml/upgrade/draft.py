"""The draft of an entry of a project file, from one deployment of an agent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from syntask_yaml.diagnostics import Diagnostic, Severity
from syntask_yaml.document.node import Node
from syntask_yaml.model.block import BLOCK_TYPES
from syntask_yaml.model.secret import Secret
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.flows import Flow, FlowReader
from syntask_yaml.project.spelling import block_reference, slug
from syntask_yaml.upgrade.agent_deployment import AgentDeployment, Form
from syntask_yaml.upgrade.blocks import block_type, had_no_effect
from syntask_yaml.upgrade.ledger import FieldOutcome, FieldOutcomeKind, Ledger
from syntask_yaml.upgrade.template_text import TemplateText, escaped, holds_template, shell_words
from syntask_yaml.upgrade.templates.defaults import Template, default_templates

_RESOLVED = re.compile(r"\{\{\s*prefect\.(?:blocks|variables)\.")

# The order of the keys of an entry.
KEYS = (
    *("name", "entrypoint", "flow_name", "description", "version", "tags", "parameters"),
    *("enforce_parameter_schema", "schedule", "schedules", "paused", "concurrency_limit", "triggers"),
    *("work_pool", "build", "push", "pull"),
)


@dataclass(frozen=True, slots=True)
class ConversionContext:
    """The context of a conversion: the project, its flows, and the settings from other files.

    *sections* are the `build`, `push` and `pull` that the project declares for all of its entries.
    *not_uploaded* are names of deployments whose command has `--skip-upload`. *pools* are names chosen by the
    user, by the block or pool that they replace. *templates* are the default base job templates, by pool
    type.
    """

    root: Path
    dialect: Dialect
    reader: FlowReader
    sections: frozenset[str] = frozenset()
    not_uploaded: frozenset[str] = frozenset()
    pools: Mapping[str, str] = field(default_factory=dict)
    templates: Mapping[str, Template] = field(default_factory=default_templates)


@dataclass(frozen=True, slots=True)
class WantedPool:
    """The work pool that a deployment needs; equal values are one pool.

    *block* is the name of the infrastructure block, empty for an inline one. *template* is the base job
    template as JSON, empty for the default of the type. *owner* is the deployment that needs a pool of its
    own, and *chosen* the name given by the user. *origin* is the block on the old server, `TYPE/NAME`, if
    only the server has its values.
    """

    type: str
    block: str = ""
    template: str = field(default="", repr=False)
    owner: str = ""
    chosen: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True, order=True)
class BlockNeed:
    """A block that an entry refers to and the user creates.

    *origin*, if given, is the block with its values, and *fields* are the known ones.
    """

    type: str
    name: str
    origin: str = ""
    fields: tuple[tuple[str, str], ...] = ()

    @property
    def command(self) -> str:
        """The command that creates it; empty for types that only the server's web UI creates."""
        if self.type not in BLOCK_TYPES:
            return ""
        asked = BLOCK_TYPES[self.type].fields[:2] if self.origin else ()
        given = [*((each, each.upper()) for each in asked), *self.fields]
        options = [option for key, value in given for option in ("--field", f"{key}={value}")]
        return shell_words(["syntask", "block", "create", self.type, self.name, *options])


@dataclass(frozen=True, slots=True)
class Converted:
    """The conversion of a deployment: an *entry* of the project file, whose pool has no name yet."""

    source: AgentDeployment
    entry: Mapping[str, Any]
    flow: str
    pool: WantedPool | None
    blocks: tuple[BlockNeed, ...]
    outcomes: tuple[FieldOutcome, ...]
    problems: tuple[Diagnostic, ...]

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def full_name(self) -> str:
        return f"{self.flow}/{self.name}" if self.flow else self.name


class EntryDraft:
    """An entry under construction; each source field passes through `carry`, `drop` or `report` once."""

    def __init__(self, source: AgentDeployment, context: ConversionContext) -> None:
        self.source = source
        self.context = context
        self.ledger = Ledger(source.root)
        self.entry: dict[str, Any] = {}
        self.problems: list[Diagnostic] = [
            replace(problem, entries=(source.name,)) for problem in source.problems
        ]
        self.blocks: list[BlockNeed] = []
        self.pool: WantedPool | None = None
        self.flow: Flow | None = None
        self.flow_name = ""
        self.prefix = ""

    @property
    def is_local(self) -> bool:
        """Whether runs are processes on the worker's machine and can read its files."""
        return self.pool is None or self.pool.type == "process"

    def put(self, key: str, value: Any) -> None:
        """Set *key* of the entry to *value*."""
        self.entry[key] = value

    def carry(self, node: Node, target: str) -> None:
        """Record that the field went to *target*."""
        self.ledger.settle(node, FieldOutcomeKind.CARRIED, target)

    def drop(self, node: Node, reason: str) -> None:
        """Record why nothing is lost without the field."""
        self.ledger.settle(node, FieldOutcomeKind.DROPPED, reason)

    def report(self, node: Node, code: str, detail: str, hint: str = "") -> None:
        """Leave the field to the user, with a warning."""
        self.ledger.settle(node, FieldOutcomeKind.REPORTED, code)
        self.warn(node, code, detail, hint)

    def report_unknown(self, node: Node, detail: str, hint: str = "") -> None:
        """Report an unknown field of a block, or record that Prefect ignored it."""
        block, key = self.source.root.at(node.path[:-1]), str(node.path[-1])
        if not had_no_effect(block, key):
            self.report(node, "unknown-field", detail, hint)
            return
        self.drop(node, "ignored by Prefect 2")
        ignored = f"Prefect ignored `{key}`, which is no field of a block of type `{block_type(block)}`."
        self.note(node, "unknown-field", ignored, hint)

    def warn(self, node: Node, code: str, detail: str, hint: str = "") -> None:
        """Add a warning about a field that has its outcome."""
        self.problems.append(self._about(node.problem(code, detail, hint, at_key=True), Severity.WARNING))

    def note(self, node: Node, code: str, detail: str, hint: str = "") -> None:
        """Add a note."""
        self.problems.append(self._about(node.problem(code, detail, hint, at_key=True), Severity.NOTE))

    def _about(self, problem: Diagnostic, severity: Severity) -> Diagnostic:
        return replace(problem, severity=severity, entries=(self.source.name,))

    def reference(self, type: str, name: str, *, origin: str = "") -> str:
        """Return the reference to a block, and tell the user to create the block, like *origin* if given."""
        self.need(type, slug(name), origin=origin)
        return block_reference(type, slug(name), self.context.dialect)

    def need(self, type: str, name: str, *, origin: str = "", **fields: str) -> None:
        """Tell the user to create a block."""
        name = name if isinstance(name, TemplateText) else slug(name)
        wanted = BlockNeed(type, name, origin, tuple(fields.items()))
        if wanted not in self.blocks:
            self.blocks.append(wanted)

    def template_reference(self, type: str, name: str) -> str:
        """Return a base job template's reference to a block, and tell the user to create the block."""
        self.reference(type, name)
        return block_reference(type, slug(name), Dialect.PREFECT)

    def literal(self, value: Any, name: str = "") -> Any:
        """Return *value* as the file spells it.

        Braces in an agent's deployment are text, except for references that a server resolves. A secret
        becomes a reference to a block that is named after its key, or else *name*.
        """
        if isinstance(value, Secret):
            return self.reference("secret", name)
        if isinstance(value, dict):
            return {key: self.literal(item, str(key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self.literal(item, name) for item in value]
        if isinstance(value, str) and self._is_template(value):
            return self._template(value)
        return escaped(value) if isinstance(value, str) else value

    def _template(self, text: str) -> str:
        """Return the template in the dialect of the project; the user creates the secrets that it names."""
        if self.source.form is not Form.SCRIPT:
            return text
        for name in TemplateText(text).secrets:
            own = self.reference("secret", name)
            text = text.replace(block_reference("secret", name, Dialect.PREFECT), own)
        return str(text)

    def _is_template(self, text: str) -> bool:
        is_resolved = self.source.form is Form.SERVER and _RESOLVED.search(text) is not None
        is_evaluated = self.source.form is Form.SCRIPT and holds_template(text)
        return is_resolved or is_evaluated or self.source.form is Form.PROJECT

    def done(self) -> Converted:
        """Return the result; fields that the table does not cover are reported."""
        for node in self.ledger.rest:
            detail = f"`{node.path[-1]}` is not a field of a Prefect 2 deployment."
            self.report(node, "unknown-field", detail, "It is not carried. Add it to the entry if needed.")
        ordered = sorted(self.entry.items(), key=lambda item: KEYS.index(item[0]))
        return Converted(
            source=self.source,
            entry=dict(ordered),
            flow=self.flow.name if self.flow else self.flow_name,
            pool=self.pool,
            blocks=tuple(self.blocks),
            outcomes=self.ledger.outcomes,
            problems=tuple(self.problems),
        )
