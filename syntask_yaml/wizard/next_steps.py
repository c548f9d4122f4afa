"""The commands to run after a deploy."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from syntask_yaml.model.pool import PoolStatus
from syntask_yaml.wizard.draft import Draft

# Pools of these kinds start runs without a worker.
_WITHOUT_WORKER = (":push", ":managed")
# Pools in one of these states have a worker.
_SERVED = (PoolStatus.READY, PoolStatus.FULL)


def next_steps(draft: Draft, *, program: str, is_deployed: bool) -> Iterator[tuple[str, str]]:
    """Yield pairs of a purpose and a command; *program* is `syntask` with the given options."""
    for kind, name in draft.later:
        yield f"Create the block {kind}/{name}", f"{program} block create {kind} {name}"
    if not is_deployed:
        yield "Deploy it", f"{program} deploy -n {shlex.quote(draft.full_name)}"
    pool = draft.pool
    if pool is not None and not pool.type.endswith(_WITHOUT_WORKER) and pool.status not in _SERVED:
        yield (
            "Start a worker, which executes due runs",
            f"{program} worker start --pool {shlex.quote(pool.name)}",
        )
    if pool is not None and pool.is_paused:
        yield "Resume the work pool", f"{program} work-pool resume {shlex.quote(pool.name)}"
    if is_deployed:
        yield "Run it now", f"{program} deployment run {shlex.quote(draft.full_name)}{_parameters(draft)}"


def _parameters(draft: Draft) -> str:
    given = draft.fields.get("parameters") or {}
    required = (draft.flow.parameter_schema or {}).get("required") or ()
    return "".join(f" -p {name}=…" for name in required if name not in given)
