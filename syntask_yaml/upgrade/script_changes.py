"""Changes of scripts that are rewritten instead of becoming entries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from syntask_yaml.diagnostics import Diagnostic, Severity
from syntask_yaml.upgrade.agent_deployment import Form
from syntask_yaml.upgrade.import_package import ImportPackage
from syntask_yaml.upgrade.python_edits import EditConflict
from syntask_yaml.upgrade.read import FoundDeployments
from syntask_yaml.upgrade.result import DeploymentResult, FileChange, Status
from syntask_yaml.upgrade.scripts.rewrite import NotRewritten, RewriteTarget, ScriptText, rewritten


@dataclass(frozen=True, slots=True)
class ScriptChanges:
    """The results, with the outcomes of scripts, and the changed scripts."""

    results: tuple[DeploymentResult, ...]
    changes: tuple[FileChange, ...] = ()


def rewrite_scripts(
    found: Iterable[FoundDeployments],
    results: Sequence[DeploymentResult],
    becomes: RewriteTarget,
    package: ImportPackage | None = None,
) -> ScriptChanges:
    """Rewrite the scripts whose calls all have equivalents in Prefect 3; report the others."""
    if becomes is RewriteTarget.ENTRIES:
        return ScriptChanges(tuple(results))
    settled = {id(each): each for each in results}
    changes = []
    for script in found:
        own = [each for each in results if _is_of(each, script)]
        if not own:
            continue
        try:
            text = _text(script, own, becomes, package)
        except NotRewritten as error:
            settled |= {id(each): _left(each, str(error)) for each in own}
            continue
        changes.append(FileChange(script.file.path, script.file.shown, script.text, text, is_private=True))
        settled |= {id(each): replace(each, status=Status.REWRITTEN) for each in own}
    return ScriptChanges(tuple(settled[id(each)] for each in results), tuple(changes))


def _is_of(result: DeploymentResult, script: FoundDeployments) -> bool:
    source = result.converted.source
    return source.form is Form.SCRIPT and source.path == script.file.path


def _text(
    script: FoundDeployments,
    own: Sequence[DeploymentResult],
    becomes: RewriteTarget,
    package: ImportPackage | None,
) -> str:
    if not all(each.converted.source.is_known for each in own):
        raise NotRewritten("Its name or its flow is only known when the script runs.")
    text = ScriptText(script.file.path.absolute(), script.text, own[0].target.parent)
    try:
        return rewritten(text, own, becomes, package)
    except (SyntaxError, EditConflict) as error:
        raise NotRewritten("The result would not be Python.") from error


def _left(result: DeploymentResult, why: str) -> DeploymentResult:
    source = result.converted.source
    problem = Diagnostic(
        "script-not-rewritten",
        f"`{source.name}` stays as it is. {why}",
        "Leave out `--to`, so that the deployments of the script become entries.",
        severity=Severity.WARNING,
        span=source.root.span,
        entries=(source.name,),
    )
    return replace(result, problems=(*result.problems, problem))
