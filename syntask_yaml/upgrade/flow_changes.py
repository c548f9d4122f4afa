"""Changes of files with Prefect 1 flows that depend on the entries of the project file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, count

from syntask_yaml.project.spelling import slug
from syntask_yaml.upgrade.agent_deployment import AgentDeployment
from syntask_yaml.upgrade.draft import BlockNeed
from syntask_yaml.upgrade.find import FoundFile
from syntask_yaml.upgrade.flow_imports import import_changes, renamed_flows, with_new_names
from syntask_yaml.upgrade.prefect1.read import FoundFlows
from syntask_yaml.upgrade.result import DeploymentResult, FileChange, Status


def with_unique_names(found: Iterable[FoundFlows]) -> list[FoundFlows]:
    """Return *found* with unique names, which contain the name of the file where necessary."""
    seen: set[tuple[str, str]] = set()
    return [
        replace(each, deployments=tuple(_unique(one, seen) for one in each.deployments)) for each in found
    ]


def with_known_runs(found: Sequence[FoundFlows]) -> list[FoundFlows]:
    """Return *found* with the deployments of flows that others run, where a flow has only one."""
    names: dict[str, list[str]] = {}
    for each in found:
        for deployment in each.deployments:
            names.setdefault(deployment.text("flow_name"), []).append(deployment.name)
    known = {flow: name for flow, (name, *others) in names.items() if not others}
    return [each.with_known(known) for each in found]


def _unique(deployment: AgentDeployment, seen: set[tuple[str, str]]) -> AgentDeployment:
    flow, name = deployment.text("flow_name") or deployment.text("entrypoint"), deployment.name
    other = f"{slug(deployment.path.stem)}-{name}"
    candidates = chain((name, other), (f"{other}-{number}" for number in count(2)))
    free = next(each for each in candidates if (flow, each) not in seen)
    seen.add((flow, free))
    root = deployment.root.with_value({**deployment.root.value, "name": free})
    return replace(deployment, root=root)


def without_entries(found: Iterable[FoundFlows], results: Sequence[DeploymentResult]) -> list[FoundFlows]:
    """Return *found* with the deployment kept in the code where no entry was added."""
    left = {result.converted.source.path for result in results if result.status is Status.LEFT}
    return [each.with_deployments_kept() if each.file.path in left else each for each in found]


def secrets_of(found: Iterable[FoundFlows]) -> Iterator[BlockNeed]:
    """Yield the blocks that the converted code loads."""
    for each in found:
        yield from (BlockNeed("secret", name) for name in each.converted.secrets)


def changes_of(found: Sequence[FoundFlows], others: Iterable[FoundFile]) -> Iterator[FileChange]:
    """Yield the changes of the converted files, and of *others* that import their flows."""
    renamed = renamed_flows(found)
    for each in found:
        file, before = each.file, each.converted.before
        is_rewritten = each.converted.text != before
        after = with_new_names(file.path, each.converted.text, renamed) if is_rewritten else before
        if after != before:
            yield FileChange(file.path, file.shown, before, after, is_private=True)
    known = {each.file.path for each in found}
    yield from import_changes((file for file in others if file.path not in known), renamed)
