"""Deployments in YAML files. Tags construct no objects, and secrets are removed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from syntask_yaml.diagnostics import Diagnostic, Severity
from syntask_yaml.document.node import Node
from syntask_yaml.document.reader import Document, read_each
from syntask_yaml.project.agent_files import has_project_form, is_agent_deployment, may_hold_deployment
from syntask_yaml.source import Source, Span
from syntask_yaml.upgrade.agent_deployment import AgentDeployment, Form
from syntask_yaml.upgrade.content import FileUnreadable, read_content, text_of
from syntask_yaml.upgrade.find import FoundFile
from syntask_yaml.upgrade.secrets import hide_secrets

_MAX_DOCUMENTS = 500
# Keys of a document with a list of deployments that can be ignored.
_AROUND = frozenset({"deployments", "name", "prefect-version", "definitions"})


@dataclass(frozen=True, slots=True)
class FoundDeployments:
    """The deployments of a file, and its *text* with the original line ends.

    *problems* are the reasons for omissions. *may_remove*: the file contains nothing else. *flow_code* is the
    text of a script that runs can load, if they cannot load the original.
    """

    file: FoundFile
    text: str = field(repr=False)
    deployments: tuple[AgentDeployment, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    may_remove: bool = True
    flow_code: str | None = field(default=None, repr=False)

    @property
    def is_unreadable(self) -> bool:
        """Whether the file could not be read."""
        return not self.text


def read_deployments(file: FoundFile) -> FoundDeployments | None:
    """Return the deployments of a file; None if it is unrelated to agents."""
    try:
        content = read_content(file, may_hold_deployment)
        return None if content is None else _of_text(file, text_of(file, content))
    except FileUnreadable as error:
        return FoundDeployments(file, "", problems=(error.problem,))


def _of_text(file: FoundFile, text: str) -> FoundDeployments | None:
    documents = read_each(Source(file.shown, text), at_most=_MAX_DOCUMENTS)
    deployments: list[AgentDeployment] = []
    problems: list[Diagnostic] = []
    for document in documents:
        if not document.is_readable:
            problems += _shown_problems(file, document)
            continue
        found = list(_in_document(file, document.root))
        if found and any(problem.is_error for problem in document.diagnostics):
            problems += _shown_problems(file, document)
        else:
            deployments += found
            problems += _beside(document.root) if found else ()
            problems += _stubs(file, document.root)
    return (
        FoundDeployments(file, text, tuple(deployments), tuple(problems)) if deployments or problems else None
    )


def _shown_problems(file: FoundFile, document: Document) -> Iterator[Diagnostic]:
    """Yield the problems of the YAML without its text, which may contain secrets; none for other files."""
    if not (file.is_named or "infra" in document.source.text or has_project_form(file.shown)):
        return
    for problem in document.diagnostics:
        if problem.is_error:
            yield replace(problem, span=problem.span and _without_text(problem.span), used=None)


def _without_text(span: Span) -> Span:
    """Return the location with asterisks for all other characters of the text."""
    text = span.source.text
    hidden = "".join(character if character in "\r\n\t -:" else "*" for character in text)
    return Span(Source(span.source.name, hidden), span.start, span.end)


def _in_document(file: FoundFile, root: Node) -> Iterator[AgentDeployment]:
    if is_agent_deployment(root.value) or _was_never_applied(root.value):
        yield _deployment(file, root, Form.AGENT)
        return
    for entry in _listed(file, root):
        if isinstance(entry.value, dict) and entry.value.get("entrypoint"):
            yield _deployment(file, entry, Form.PROJECT)


def _was_never_applied(value: object) -> bool:
    """Return whether this is a lone entry of a project file, which no version deployed."""
    return (
        isinstance(value, dict)
        and "deployments" not in value
        and {"name", "entrypoint", "work_pool"} <= value.keys()
    )


def _deployment(file: FoundFile, node: Node, form: Form) -> AgentDeployment:
    hidden = hide_secrets(node.moved(()))
    return AgentDeployment(hidden.root, file.path, form, hidden.places)


def _stubs(file: FoundFile, root: Node) -> Iterator[Diagnostic]:
    """Yield entries without a flow, as written by `prefect project init`."""
    for entry in _listed(file, root):
        if isinstance(entry.value, dict) and not entry.value.get("entrypoint"):
            detail = "An entry without an entrypoint is not carried."
            yield replace(entry.problem("missing-key", detail), severity=Severity.NOTE, span=None)


def _listed(file: FoundFile, root: Node) -> Iterator[Node]:
    if isinstance(root.value, dict) and (file.is_named or has_project_form(file.shown)):
        listed = root.get("deployments")
        if listed is not None and isinstance(listed.value, list):
            yield from listed.children()


def _beside(root: Node) -> Iterator[Diagnostic]:
    """Yield problems for keys beside a list of deployments that entries lack."""
    if not isinstance(root.value, dict) or "deployments" not in root.value:
        return
    for node in root.children():
        if node.path[-1] not in _AROUND and node.value not in (None, [], {}):
            detail = f"`{node.path[-1]}` is not part of a deployment. It is not carried."
            problem = node.problem("unknown-field", detail, "Add it to the project file.", at_key=True)
            yield replace(
                problem, severity=Severity.WARNING, span=problem.span and _without_text(problem.span)
            )
