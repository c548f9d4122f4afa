"""Files with flows of Prefect 1, their conversion, and their deployments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

from syntask_yaml.diagnostics import Diagnostic, Severity
from syntask_yaml.document.node import Node
from syntask_yaml.project.spelling import slug
from syntask_yaml.source import Source, Span
from syntask_yaml.upgrade.agent_deployment import AgentDeployment, Form
from syntask_yaml.upgrade.content import FileUnreadable, read_content, text_of
from syntask_yaml.upgrade.find import FoundFile
from syntask_yaml.upgrade.prefect1.convert import Prefect1File, Prefect1Options, convert_file
from syntask_yaml.upgrade.prefect1.draft import Prefect1Flow
from syntask_yaml.upgrade.secrets import hide_in_text, hide_values

_IN_NOTEBOOK = re.compile(rb"import [^\\n]*\bFlow\b|with Flow\(")


@dataclass(frozen=True, slots=True)
class FoundFlows:
    """A file with its conversion, and the deployments of its flows."""

    file: FoundFile
    converted: Prefect1File
    deployments: tuple[AgentDeployment, ...] = ()
    options: Prefect1Options | None = None

    def with_deployments_kept(self) -> FoundFlows:
        """Return the same file with the options of deployments still in the code."""
        return self._with(replace(self.options or Prefect1Options(), keeps_deployments=True))

    def with_known(self, deployments: Mapping[str, str]) -> FoundFlows:
        """Return the same file, converted with the names of *deployments* by flow."""
        if deployments.keys().isdisjoint(self.converted.runs):
            return self
        return self._with(replace(self.options or Prefect1Options(), deployments=deployments))

    def with_kept(self, names: Set[str]) -> FoundFlows:
        """Return the same file with the *names* that other files import still in the code."""
        kept = self.converted.unused & names
        return self._with(replace(self.options or Prefect1Options(), kept=kept)) if kept else self

    def _with(self, options: Prefect1Options) -> FoundFlows:
        converted = convert_file(self.file.shown, self.converted.before, options)
        return replace(self, converted=converted or self.converted, options=options)


def read_flows(file: FoundFile, options: Prefect1Options) -> FoundFlows | None:
    """Convert a file; return None if it has no code of Prefect 1."""
    try:
        content = read_content(file, _may_hold_notebook_flow if file.is_notebook else _may_hold_flow)
        if content is None:
            return None
        return _left(file, _notebook(file)) if file.is_notebook else _of_code(file, content, options)
    except FileUnreadable as error:
        return _left(file, error.problem)


def _may_hold_flow(content: bytes) -> bool:
    return b"prefect" in content


def _may_hold_notebook_flow(content: bytes) -> bool:
    return _may_hold_flow(content) and _IN_NOTEBOOK.search(content) is not None


def _of_code(file: FoundFile, content: bytes, options: Prefect1Options) -> FoundFlows | None:
    text, options = text_of(file, content), replace(options, path=file.path)
    converted = convert_file(file.shown, text, options)
    if converted is None:
        return None
    return FoundFlows(file, converted, tuple(_deployments(file, text, converted.flows)), options)


def _left(file: FoundFile, problem: Diagnostic) -> FoundFlows:
    """Return a file that stays as it is, with the reason as a warning."""
    problem = replace(problem, severity=Severity.WARNING)
    return FoundFlows(file, Prefect1File(file.shown, "", "", problems=(problem,), is_left=True))


def _notebook(file: FoundFile) -> Diagnostic:
    detail = f"`{file.shown}` is a notebook with a flow of Prefect 1. Notebooks are not converted."
    span = Span(Source(file.shown, ""), 0, 0)
    return Diagnostic("p1-notebook", detail, "Move the flow to a Python file.", span=span)


def _deployments(file: FoundFile, text: str, flows: Iterable[Prefect1Flow]) -> Iterator[AgentDeployment]:
    """Yield the deployments of flows in Prefect 2's terms, without secrets."""
    deployed = [flow for flow in flows if flow.deployment]
    source = Source(file.shown, hide_in_text(text) if deployed else "")
    for flow in deployed:
        yield _deployment(file, flow, source, _start(text, flow))


def _deployment(file: FoundFile, flow: Prefect1Flow, source: Source, at: int) -> AgentDeployment:
    said = dict(flow.deployment)
    storage = said.pop("storage", None)
    fields: dict[str, Any] = {"name": slug(flow.function), "entrypoint": flow.function, **said}
    if flow.name is not None:
        fields["flow_name"] = flow.name
    value, places = hide_values(Node(fields, source, at))
    if storage is not None:
        value["storage"] = storage
    return AgentDeployment(
        Node(value, source, at),
        file.path,
        Form.PREFECT_1,
        places,
        names_flow=flow.is_named_elsewhere,
    )


def _start(text: str, flow: Prefect1Flow) -> int:
    lines = text.split("\n")
    return len("\n".join(lines[: flow.definition.lineno - 1])) + (flow.definition.lineno > 1)
