"""Upgrades of work pools only: their templates, and the commands that create them."""

from __future__ import annotations

from dataclasses import replace

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.project.dialect import Dialect
from syntask_yaml.project.spelling import block_reference
from syntask_yaml.upgrade.draft import BlockNeed
from syntask_yaml.upgrade.result import Upgrade

# The fields of a deployment that affect its work pool.
_FIELDS = frozenset({"infrastructure", "infra_overrides", "job_variables", "work_pool_name"})


def pools_only(upgrade: Upgrade) -> Upgrade:
    """Return *upgrade* without changes of entries, scripts and commands."""
    files = {pool.file for pool in upgrade.pools if pool.template}
    return Upgrade(
        pools=upgrade.pools,
        blocks=tuple(block for block in upgrade.blocks if _is_in_template(block, upgrade)),
        problems=tuple(
            replace(problem, entries=())
            for result in upgrade.results
            for problem in result.problems
            if _is_of_pool(problem)
        ),
        changes=tuple(change for change in upgrade.changes if change.shown in files),
        old_url=upgrade.old_url,
    )


def _is_in_template(block: BlockNeed, upgrade: Upgrade) -> bool:
    written = block_reference(block.type, block.name, Dialect.PREFECT)
    return any(written in pool.template for pool in upgrade.pools)


def _is_of_pool(problem: Diagnostic) -> bool:
    return bool(problem.path) and problem.path[0] in _FIELDS
