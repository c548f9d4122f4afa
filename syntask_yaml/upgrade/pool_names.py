"""The names of the work pools of converted deployments, and the commands that create them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from syntask_yaml.model.pool import DEFAULT_QUEUE
from syntask_yaml.project.spelling import slug
from syntask_yaml.upgrade.draft import Converted, WantedPool
from syntask_yaml.upgrade.template_text import shell_words

_PROCESS_POOL = "default"
_TEMPLATES = "work-pools"


@dataclass(frozen=True, slots=True)
class PoolNeed:
    """A work pool that entries refer to, with the entries and their queues.

    *template* is its base job template as JSON, empty for the default of the type. *origin* is a block of the
    old server, `TYPE/NAME`, with values that the entries lack.
    """

    name: str
    type: str
    deployments: tuple[str, ...]
    queues: tuple[str, ...]
    template: str = field(default="", repr=False)
    origin: str = ""

    @property
    def is_default(self) -> bool:
        """Whether it is the default pool of embedded backends."""
        return (self.name, self.type, self.template, self.origin) == (_PROCESS_POOL, "process", "", "")

    @property
    def file(self) -> str:
        """The path of the template's file."""
        return f"{_TEMPLATES}/{slug(self.name)}.json"

    @property
    def command(self) -> str:
        """The command that creates the pool."""
        if self.origin and not self.template:
            words = ["syntask", "work-pool", "create", self.name, "--from-block", self.origin]
            return shell_words([*words, "--from-server=URL"])
        words = ["syntask", "work-pool", "create", self.name, "--type", self.type]
        return shell_words([*words, *(("--base-job-template", self.file) if self.template else ())])

    @property
    def worker(self) -> str:
        """The command that starts a worker for the pool."""
        return shell_words(["syntask", "worker", "start", "--pool", self.name])


def usual_name(block: str, type: str) -> str:
    """Return the default name of the pool for a saved *block*, or else for a *type*."""
    return block or (_PROCESS_POOL if type == "process" else type)


def name_pools(pools: Iterable[WantedPool]) -> dict[WantedPool, str]:
    """Return the names of the pools. A saved block is one pool, even if its copies in files differ."""
    every = list(dict.fromkeys(pools))
    names = _names(dict.fromkeys(map(_same, every)))
    return {wanted: names[_same(wanted)] for wanted in every}


def _same(wanted: WantedPool) -> WantedPool:
    return replace(wanted, template="", origin="") if wanted.block else wanted


def _names(pools: Iterable[WantedPool]) -> dict[WantedPool, str]:
    names: dict[WantedPool, str] = {}
    for wanted in pools:
        usual = usual_name(wanted.block, wanted.type)
        name = f"{usual}-{wanted.owner}" if wanted.owner else usual
        names[wanted] = wanted.chosen or _free(name, wanted, names)
    return names


def _free(name: str, wanted: WantedPool, taken: Mapping[WantedPool, str]) -> str:
    used = set(taken.values())
    if name in used and any(other.type != wanted.type for other, at in taken.items() if at == name):
        name = f"{name}-{wanted.type}"
    candidate, number = name, 1
    while candidate in used:
        number += 1
        candidate = f"{name}-{number}"
    return candidate


def pools_needed(converted: Iterable[Converted], names: Mapping[WantedPool, str]) -> list[PoolNeed]:
    """Return the pools that deployments need, sorted by name."""
    users: dict[str, list[Converted]] = {}
    for each in converted:
        if each.pool is not None:
            users.setdefault(names[each.pool], []).append(each)
    return [_need(name, using) for name, using in sorted(users.items())]


def _need(name: str, using: list[Converted]) -> PoolNeed:
    pools = [each.pool for each in using if each.pool is not None]
    queues = {str(each.entry.get("work_pool", {}).get("work_queue_name", DEFAULT_QUEUE)) for each in using}
    return PoolNeed(
        name=name,
        type=pools[0].type,
        deployments=tuple(each.full_name for each in using),
        queues=tuple(sorted(queues)),
        template=next((wanted.template for wanted in pools if wanted.template), ""),
        origin=next((wanted.origin for wanted in pools if wanted.origin), ""),
    )
