"""Which work pool a deployment goes to, and what the pools are called."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from syntask_yaml.document.node import Node
from syntask_yaml.upgrade.agent_deployment import Form, is_empty
from syntask_yaml.upgrade.draft import Converted, EntryDraft, PoolWish
from syntask_yaml.upgrade.infrastructure import INFRASTRUCTURE
from syntask_yaml.upgrade.job_variables import BOOKKEEPING, convert_block, convert_overrides, kind_of

_DEFAULT_QUEUE = "default"
_AGENT_POOLS = frozenset({"default-agent-pool"})
_PROCESS_POOL = "default"


@dataclass(frozen=True, slots=True)
class PoolNeed:
    """A work pool that entries name: who uses it, through which queues, and whether it needs a template."""

    name: str
    type: str
    deployments: tuple[str, ...]
    queues: tuple[str, ...]
    needs_template: bool

    @property
    def is_default(self) -> bool:
        """Whether it is the pool that every embedded backend has."""
        return (self.name, self.type, self.needs_template) == (_PROCESS_POOL, "process", False)

    @property
    def command(self) -> str:
        """How to make it."""
        words = ["syntask", "work-pool", "create", self.name, "--type", self.type]
        return shlex.join(
            [*words, *(("--base-job-template", "template.json") if self.needs_template else ())]
        )

    @property
    def worker(self) -> str:
        """How to start a worker for it."""
        return shlex.join(["syntask", "worker", "start", "--pool", self.name])


def convert_pool(draft: EntryDraft) -> None:
    """The infrastructure, its overrides, the pool and the queue, as `work_pool`."""
    declared = draft.source.get("work_pool")
    if declared is not None:
        _keep_declared(draft, declared)
        return
    block = draft.source.get("infrastructure")
    kind = kind_of(block_type(block) if block else "process")
    _settle_names(draft)
    if kind is None:
        assert block is not None
        detail = f"No work pool replaces an infrastructure block of type `{block_type(block) or 'unknown'}`."
        hint = f"Add `work_pool` to the entry. Known types are {', '.join(INFRASTRUCTURE)}."
        draft.report(block, "unsupported-infrastructure", detail, hint)
        _drop_overrides(draft)
        return
    name = block_name(block) if block else ""
    draft.pool = PoolWish(kind.type, name, chosen=_chosen(draft, name, kind.type))
    if block is None:
        _warn_of_absence(draft)
    variables = convert_block(draft, block, kind) if block else {}
    if block is not None:
        _warn_of_copy(draft, block)
    convert_overrides(draft, kind, variables)
    draft.put("work_pool", {**_queue(draft), **({"job_variables": variables} if variables else {})})


def _keep_declared(draft: EntryDraft, declared: Node) -> None:
    """A pool that stands there as today; of a file that holds one entry alone, no version deployed it."""
    draft.carry(declared, "work_pool")
    if draft.source.form is Form.AGENT:
        detail = "The file is a single entry of a project file. No Prefect version deploys such a file."
        draft.note(declared, "never-applied", detail, "Check whether you need the deployment.")
    pool = _given(declared.value) if isinstance(declared.value, dict) else declared.value
    draft.put("work_pool", draft.literal(pool))
    for key in ("infrastructure", "infra_overrides", "job_variables"):
        if (node := draft.source.get(key)) is not None:
            detail = f"`{key}` has no effect beside `work_pool`."
            draft.report(node, "conflicting-keys", detail, "Add it to `work_pool.job_variables`.")
    _settle_names(draft)


def _chosen(draft: EntryDraft, block: str, type: str) -> str:
    """The name that the user gave for the pool of a block, for the old pool, or for its usual name."""
    pools = draft.scene.pools
    old = draft.source.text("work_pool_name")
    return next((pools[key] for key in (block, old, _usual(block, type)) if key and key in pools), "")


def _usual(block: str, type: str) -> str:
    return block or (_PROCESS_POOL if type == "process" else type)


def _given(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in value.items() if not is_empty(item)}


def _settle_names(draft: EntryDraft) -> None:
    pool = draft.source.get("work_pool_name")
    if pool is not None:
        draft.drop(pool, "work pools of agents cannot have workers")
        if pool.value not in _AGENT_POOLS:
            detail = f"`{pool.value}` is not carried, because work pools of agents cannot have workers."
            hint = f"If it has workers, keep it with `--pool {pool.value}={pool.value}`."
            draft.note(pool, "agent-pool", detail, hint)
    queue = draft.source.get("work_queue_name")
    if queue is not None and queue.value == _DEFAULT_QUEUE:
        draft.drop(queue, "the default")
    elif queue is not None:
        draft.carry(queue, "work_pool.work_queue_name")


def _queue(draft: EntryDraft) -> dict[str, Any]:
    queue = draft.source.text("work_queue_name")
    return {"work_queue_name": draft.literal(queue)} if queue and queue != _DEFAULT_QUEUE else {}


def _drop_overrides(draft: EntryDraft) -> None:
    for key in ("infra_overrides", "job_variables"):
        if (node := draft.source.get(key)) is not None:
            draft.drop(node, "belongs to the infrastructure that is reported")


def _warn_of_absence(draft: EntryDraft) -> None:
    detail = "The file has no infrastructure. `prefect deployment apply` fails on such a file."
    hint = "The entry runs as a process."
    draft.note(draft.source.root, "agent-file-no-infrastructure", detail, hint)


def has_copy(block: Node) -> bool:
    """Whether the values of a block are there, and not only its name."""
    value = block.value if isinstance(block.value, dict) else {}
    return any(not key.startswith("_") and key not in BOOKKEEPING for key in value)


def _warn_of_copy(draft: EntryDraft, block: Node) -> None:
    name = block_name(block)
    if name and not has_copy(block):
        detail = f"The values of the block `{block_type(block)}/{name}` are only on the server."
        hint = "Add them to `work_pool.job_variables` or to the base job template of the pool."
        draft.warn(block, "block-not-here", detail, hint)
    elif name:
        detail = (
            f"Prefect loaded the block `{block_type(block)}/{name}` from the server. "
            "The entry contains the values of the copy in the file."
        )
        draft.note(block, "stale-block-copy", detail, "Compare them with the block on the server.")
    elif isinstance(block.value, dict) and block.value.get("_is_anonymous"):
        draft.note(block, "anonymous-block", "An anonymous block is treated as part of the file.")


def block_type(block: Node) -> str:
    """The slug of a block's type; it counts, and not `type`."""
    value = block.value if isinstance(block.value, dict) else {}
    return str(value.get("_block_type_slug") or value.get("block_type_slug") or "")


def block_name(block: Node) -> str:
    """The name of a block that was saved; empty for one that was written inline."""
    value = block.value if isinstance(block.value, dict) else {}
    name = str(value.get("_block_document_name") or "")
    return "" if value.get("_is_anonymous") or name.startswith("anonymous-") else name


def name_pools(wishes: Iterable[PoolWish]) -> dict[PoolWish, str]:
    """What each pool is called. A block that was saved is one pool, whatever its copies in files say."""
    all_wishes = list(dict.fromkeys(wishes))
    names = _names(dict.fromkeys(map(_same, all_wishes)))
    return {wish: names[_same(wish)] for wish in all_wishes}


def _same(wish: PoolWish) -> PoolWish:
    return replace(wish, template="") if wish.block else wish


def _names(wishes: Iterable[PoolWish]) -> dict[PoolWish, str]:
    names: dict[PoolWish, str] = {}
    for wish in wishes:
        usual = _usual(wish.block, wish.type)
        name = f"{usual}-{wish.owner}" if wish.owner else usual
        names[wish] = wish.chosen or _free(name, wish, names)
    return names


def _free(name: str, wish: PoolWish, taken: Mapping[PoolWish, str]) -> str:
    used = set(taken.values())
    if name in used and any(other.type != wish.type for other, at in taken.items() if at == name):
        name = f"{name}-{wish.type}"
    candidate, number = name, 1
    while candidate in used:
        number += 1
        candidate = f"{name}-{number}"
    return candidate


def pools_needed(converted: Iterable[Converted], names: Mapping[PoolWish, str]) -> list[PoolNeed]:
    """The pools that deployments need, by name."""
    users: dict[str, list[Converted]] = {}
    for each in converted:
        if each.pool is not None:
            users.setdefault(names[each.pool], []).append(each)
    return [_need(name, using) for name, using in sorted(users.items())]


def _need(name: str, using: list[Converted]) -> PoolNeed:
    wishes = [each.pool for each in using if each.pool is not None]
    queues = {str(each.entry.get("work_pool", {}).get("work_queue_name", _DEFAULT_QUEUE)) for each in using}
    return PoolNeed(
        name=name,
        type=wishes[0].type,
        deployments=tuple(each.full_name for each in using),
        queues=tuple(sorted(queues)),
        needs_template=any(wish.template or wish.owner for wish in wishes),
    )
