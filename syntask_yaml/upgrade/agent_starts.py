"""Replacements of commands that start an agent: one worker for each work pool."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence

from syntask_yaml.diagnostics import Diagnostic
from syntask_yaml.upgrade.answers import Answer, Known, Served, instead, left, warning
from syntask_yaml.upgrade.commands import Command
from syntask_yaml.upgrade.template_text import has_variables, shell_words

_VALUES = (
    *("-q", "--work-queue", "-m", "--match", "-p", "--pool", "-l", "--limit"),
    *("--prefetch-seconds", "--api", "-t", "--tag"),
)
_TAGS = ("-t", "--tag")

# Options with a value that workers lack: why the option is left out, and a hint.
_LEFT_OUT: Mapping[str, tuple[str, str]] = {
    "--prefetch-seconds": (
        "The embedded backend starts runs when they are due.",
        "For a Prefect server, set `PREFECT_WORKER_PREFETCH_SECONDS` where the worker starts.",
    ),
    "--api": (
        "A worker serves the backend of its settings.",
        "Set `SYNTASK_BACKEND` where the worker starts.",
    ),
}


def agent_start(command: Command, known: Known) -> Answer:
    """Return the command of the worker for the agent's queues, or a list of workers if one is not enough."""
    if tags := command.values(*_TAGS):
        return _by_tags(command, tags)
    queues = [*command.values("-q", "--work-queue"), *command.arguments(*_VALUES)]
    prefixes = command.values("-m", "--match")
    left_out = tuple(_left_out(command))
    if not (queues or prefixes) and any("$" in word for word in command.words):
        return instead(command, ["syntask", "worker", "start", "--pool", "POOL"], *left_out)
    served = _served(command, known)
    matching = [each.queue for each in served if any(each.queue.startswith(prefix) for prefix in prefixes)]
    wanted = list(dict.fromkeys([*queues, *matching]))
    pools = sorted({each.pool for each in served if each.queue in wanted or not (queues or prefixes)})
    if not pools:
        detail = "No converted deployment uses these work queues."
        hint = "Use `syntask worker start --pool POOL` with the work pool of their deployments."
        is_dynamic = any("$" in queue for queue in wanted)
        return left(command, "dynamic-value" if is_dynamic else "old-command", detail, hint)
    each = [[*_worker(command, pool), *_queues(wanted, pool, served)] for pool in pools]
    if any(map(has_variables, pools)):
        detail = "The name of the work pool depends on environment variables."
        lines = "; ".join(f"`{shell_words(words)}`" for words in each)
        return left(command, "dynamic-value", detail, f"Where these are set, use {lines}.")
    if len(pools) > 1:
        lines = "; ".join(f"`{shlex.join(words)}`" for words in each)
        detail = f"The deployments of these work queues use {len(pools)} work pools, and a worker serves one."
        said = warning(command, "several-types-one-agent", detail, f"Start each worker: {lines}.")
        return Answer(command, None, (said, *left_out))
    return instead(command, each[0], *left_out)


def _served(command: Command, known: Known) -> Sequence[Served]:
    """Return the work queues that the agent could see: all, or those of the pool in the command.

    Prefect 2 put a deployment without a pool into any pool that has its queue.
    """
    pools = command.values("-p", "--pool")
    if not pools or any("$" in pool for pool in pools):
        return known.served
    return [each for each in known.served if pools[-1] == each.pool or each.old_pool in (pools[-1], "")]


def _by_tags(command: Command, tags: Sequence[str]) -> Answer:
    """Return the answer for an agent that selects deployments by tags, which workers cannot do."""
    listed = ", ".join(f"`{tag}`" for tag in tags)
    detail = (
        f"The agent took the runs of deployments with the tag {listed}. Workers take those of work queues."
    )
    hint = (
        "Use `syntask worker start --pool POOL --work-queue QUEUE` with the work queues of the deployments."
    )
    return left(command, "agent-option", detail, hint)


def _left_out(command: Command) -> Iterator[Diagnostic]:
    """Yield the messages for options that workers lack."""
    for option, (why, hint) in _LEFT_OUT.items():
        if command.values(option):
            yield warning(command, "agent-option", f"Workers have no `{option}`. {why}", hint)


def _worker(command: Command, pool: str) -> list[str]:
    limit = command.values("-l", "--limit")
    return [
        *("syntask", "worker", "start", "--pool", pool),
        *(("--limit", limit[0]) if limit else ()),
        *(("--run-once",) if command.has("--run-once") else ()),
    ]


def _queues(wanted: Sequence[str], pool: str, served: Sequence[Served]) -> list[str]:
    in_pool = {each.queue for each in served if each.pool == pool}
    return [word for queue in wanted if queue in in_pool for word in ("--work-queue", queue)]
