"""Check the job variables of deployments, many of which are equal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.document.node import Node
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.model.value import Json, json_text
from syntask_yaml.operations.block_checks import BlockChecker
from syntask_yaml.operations.secret_variables import check_secret_variables
from syntask_yaml.project.job_variables import check_job_variables
from syntask_yaml.project.rules import triggers_of
from syntask_yaml.template import Missing
from syntask_yaml.template.scope import BlockLookup


class VariableChecker:
    """Checks job variables against their work pool and the *variables* and *blocks* of a backend.

    Equal variables without problems are checked once. *references* checks the blocks that they refer to.
    *has_own_worker*: our worker runs the deployments, and no server checks them.
    """

    def __init__(
        self,
        variables: Mapping[str, Json | Missing],
        blocks: BlockLookup,
        references: BlockChecker,
        *,
        has_own_worker: bool,
    ) -> None:
        self._variables = variables
        self._blocks = blocks
        self._references = references
        self._has_own_worker = has_own_worker
        self._sound: set[tuple[str, str]] = set()

    def check(self, entry: Node, pool: WorkPool) -> Iterator[Diagnostic]:
        """Yield the problems of the job variables of a deployment, and of its triggers, in *pool*."""
        given = (entry.value.get("work_pool") or {}).get("job_variables")
        text = None if entry.value.get("triggers") else json_text(given)
        if text is not None and (pool.name, text) in self._sound:
            return
        problems = list(self._check(entry, pool))
        if text is not None and not problems:
            self._sound.add((pool.name, text))
        yield from problems

    def _check(self, entry: Node, pool: WorkPool) -> Iterator[Diagnostic]:
        yield from check_job_variables(entry, pool, by_server=not self._has_own_worker)
        declared = entry.get("work_pool")
        variables = None if declared is None else declared.get("job_variables")
        if variables is not None and variables.value and self._has_own_worker:
            yield from check_secret_variables(variables, self._variables, self._blocks)
        for given in (variables, *(trigger.get("job_variables") for trigger in triggers_of(entry))):
            if given is not None:
                yield from self._references.check(given)
