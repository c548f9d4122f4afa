"""YAML files to the deployments in them. Tags build nothing, and secrets stay behind."""

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
# Keys of a document beside its list of deployments that say nothing of their own.
_AROUND = frozenset({"deployments", "name", "prefect-version", "definitions"})


@dataclass(frozen=True, slots=True)
class FoundDeployments:
    """What a file holds; *text* is its text with line ends as they are, *problems* why something is
    left out. *may_remove*: nothing else is in it. *flow_code* is the text of a script for runs to load,
    where they cannot load it as it is."""

    file: FoundFile
    text: str = field(repr=False)
    deployments: tuple[AgentDeployment, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    may_remove: bool = True
    flow_code: str | None = field(default=None, repr=False)

    @property
    def is_unreadable(self) -> bool:
        """Whether the file was not read at all."""
        return not self.text


def read_deployments(file: FoundFile) -> FoundDeployments | None:
    """The deployments of a file; None where it has nothing to do with agents."""
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
    """What is wrong with the YAML, without its text, which may hold secrets; of other files nothing."""
    if not (file.is_named or "infra" in document.source.text or has_project_form(file.shown)):
        return
    for problem in document.diagnostics:
        if problem.is_error:
            yield replace(problem, span=problem.span and _without_text(problem.span), used=None)


def _without_text(span: Span) -> Span:
    """The place with every other character of the text as an asterisk."""
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
    """Whether this is an entry of a project file that stands there alone, which no version deployed."""
    return (
        isinstance(value, dict)
        and "deployments" not in value
        and {"name", "entrypoint", "work_pool"} <= value.keys()
    )


def _deployment(file: FoundFile, node: Node, form: Form) -> AgentDeployment:
    hidden = hide_secrets(node.moved(()))
    return AgentDeployment(hidden.root, file.path, form, hidden.places)


def _stubs(file: FoundFile, root: Node) -> Iterator[Diagnostic]:
    """Entries that name no flow, as `prefect project init` wrote one."""
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
    """Keys beside a list of deployments that have no place in an entry."""
    if not isinstance(root.value, dict) or "deployments" not in root.value:
        return
    for node in root.children():
        if node.path[-1] not in _AROUND and node.value not in (None, [], {}):
            detail = f"`{node.path[-1]}` is not part of a deployment. It is not carried."
            problem = node.problem("unknown-field", detail, "Add it to the project file.", at_key=True)
            yield replace(
                problem, severity=Severity.WARNING, span=problem.span and _without_text(problem.span)
            )
