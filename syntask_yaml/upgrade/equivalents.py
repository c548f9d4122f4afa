"""Equivalents of commands of agents: another command, or a message for the user."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from glob import has_magic
from pathlib import Path

from syntask_yaml.diagnostics import Diagnostic, Severity
from syntask_yaml.upgrade.agent_starts import agent_start
from syntask_yaml.upgrade.answers import Answer, Known, instead, left
from syntask_yaml.upgrade.commands import Command
from syntask_yaml.upgrade.concurrency_limit import QUEUE_LIMIT_HINT
from syntask_yaml.upgrade.notices import NOTICES
from syntask_yaml.upgrade.script_commands import RUN

_BUILD_VALUES = tuple(
    "-n --name -v --version -d --description -t --tag -q --work-queue -p --pool -l -w -i --infra "
    "--work-queue-concurrency -ib --infra-block --override -sb --storage-block --cron --interval "
    "--anchor-date --rrule --timezone --path -o --output --param --params".split()
)
_APPLY_VALUES = ("-l", "--work-queue-concurrency")
# Commands that still exist.
_RUN_VALUES = ("-p", "--param", "--params", "--job-variable", "-t", "--tag")
_OTHER_RUN_VALUES = ("--start-in", "--start-at", "--watch-interval", "--watch-timeout")
# Commands that Prefect 3 lacks, and their current equivalents.
_GONE = {
    "deployment pause-schedule": "deployment pause",
    "deployment resume-schedule": "deployment resume",
    "deployment pause": "deployment pause",
    "deployment resume": "deployment resume",
}
_SCHEDULE_COMMANDS = tuple(f"deployment schedule {verb}" for verb in ("clear", "delete", "pause", "resume"))
_SCHEDULE_KEYS = ("cron", "interval", "rrule", "anchor_date", "timezone", "day_or")
_SCHEDULE_VALUES = tuple(f"--{each}" for key in _SCHEDULE_KEYS for each in (key, key.replace("_", "-")))
_LIMITS = ("-l", "--limit", "--work-queue-concurrency")


def answer(command: Command, known: Known) -> Answer | None:
    """Return the answer to *command*; None if it may stay."""
    return _ANSWERS.get(command.verb, _orion)(command, known)


def _deploy(command: Command, names: Sequence[str], project: str = "") -> Answer:
    return instead(command, _deploying(names, project), *_limits(command))


def _deploying(names: Iterable[str], project: str) -> list[str]:
    """Return the command that deploys *names*; *project* is its folder if it is not the nearest one."""
    there = ["-C", project] if project else []
    named = [word for name in dict.fromkeys(names) for word in ("-n", name)]
    return ["syntask", *there, "deploy", *named]


def _limits(command: Command) -> tuple[Diagnostic, ...]:
    """Return a message for a limit of the command, which applied to the work queue."""
    found = command.values(*_LIMITS, "-w") if command.verb.startswith("deployment") else []
    if not found:
        return ()
    detail = f"The limit of {found[0]} applied to the work queue, not to the deployment."
    return (
        Diagnostic("queue-limit", detail, QUEUE_LIMIT_HINT, severity=Severity.WARNING, span=command.span),
    )


def _apply(command: Command, known: Known) -> Answer:
    files = command.arguments(*_APPLY_VALUES)
    by_project: dict[str, list[str]] = {}
    for file in files:
        found, project = _names_in(command, file, known)
        if not found:
            code = "dynamic-value" if "$" in file or has_magic(file) else "old-command"
            detail = f"`{file}` is not a converted file."
            return left(command, code, detail, "Use `syntask deploy -n FLOW/NAME` for its deployments.")
        by_project.setdefault(project, []).extend(found)
    if not by_project:
        detail = "`prefect deployment apply` without a file deploys nothing."
        return left(command, "old-command", detail, "Remove it, or use `syntask deploy --all`.")
    if len(by_project) > 1:
        each = "; ".join(
            f"`{shlex.join(_deploying(by_project[project], project))}`" for project in by_project
        )
        return left(command, "old-command", "The files belong to several projects.", f"Use {each}.")
    ((project, names),) = by_project.items()
    return _deploy(command, names, project)


def _names_in(command: Command, file: str, known: Known) -> tuple[Sequence[str], str]:
    """Return the deployments of a file, and the folder of their project.

    The file is relative to the top of the repository, or to the script. The folder is empty if a command
    finds it from there.
    """
    for folder in command.file.path.resolve().parents:
        place = (folder / file).resolve()
        if place in known.by_file:
            project = known.project_at(place.parent)
            is_near = project == known.project_at(folder)
            return known.by_file[place], "" if is_near else Path(os.path.relpath(project, folder)).as_posix()
    return (), ""


def _build(command: Command, known: Known) -> Answer:
    names, entrypoints = command.values("-n", "--name"), command.arguments(*_BUILD_VALUES)
    alike = [each for name in names for each in known.by_name.get(name, ())]
    found = [full for full, entrypoint in alike if _is_same(entrypoint, entrypoints)]
    if len(names) != 1 or len(found) != 1:
        code = "dynamic-value" if any("$" in word for word in command.words) else "old-command"
        entry = ", ".join(entrypoints) or "the flow"
        detail = f"No converted file contains the deployment that the command builds from `{entry}`."
        hint = "Add an entry with `syntask deployment add ENTRYPOINT` and use `syntask deploy -n NAME`."
        return left(command, code, detail, hint)
    if not command.has("-a", "--apply"):
        detail = f"The command writes a file for `{found[0]}`, which the project file declares now."
        return left(command, "old-command", detail, "Remove the command.")
    return _deploy(command, found)


def _is_same(entrypoint: str, words: Sequence[str]) -> bool:
    """Return whether a command names *entrypoint*, relative to any folder."""
    wanted = [word.replace("\\", "/").removeprefix("./") for word in words]
    return any(entrypoint == each or entrypoint.endswith(f"/{each}") for each in wanted)


def _run(command: Command, known: Known) -> Answer:
    """Return the answer for a script that deploys: a deploy of its entries."""
    script, *arguments = command.words
    names, project = _names_in(command, script, known)
    if arguments or not names or _is_open(command, script, known):
        detail = f"`{script}` deploys with Prefect 2."
        hint = "Use `syntask deploy -n FLOW/NAME` for its deployments."
        return left(command, "dynamic-value" if arguments else "old-command", detail, hint)
    return _deploy(command, names, project)


def _is_open(command: Command, script: str, known: Known) -> bool:
    """Return whether a deployment of the script has no entry."""
    here = command.file.path.resolve()
    return any((folder / script).resolve() in known.open for folder in here.parents)


def _of_deployment(command: Command, known: Known) -> Answer | None:
    """Return the same command of `syntask`; a deployment that is not converted may be on another server."""
    words = ["syntask", *command.verb.split(" "), *command.words]
    return _of_converted(command, known, words, frozenset({*_RUN_VALUES, "--watch"}))


def _of_schedules(command: Command, known: Known) -> Answer | None:
    """Return the command that pauses or resumes a deployment together with its schedules."""
    verb = command.verb.partition(" ")[2].removesuffix("-schedule")
    return _of_converted(command, known, ["syntask", "deployment", verb, *command.words], frozenset())


def _of_converted(
    command: Command, known: Known, words: Sequence[str], same: frozenset[str]
) -> Answer | None:
    """Return *words* as the replacement for one converted deployment, if its options are in *same*."""
    named = command.arguments(*_RUN_VALUES, *_OTHER_RUN_VALUES)
    if not known.full_names.issuperset(named) or len(named) != 1:
        return _removed(command) if command.verb in _GONE else None
    if {word.partition("=")[0] for word in command.words if word.startswith("-")} <= same:
        return instead(command, words)
    detail = f"`prefect {command.verb}` takes other options than the command of today."
    return left(command, "old-command", detail, f"Use `{shlex.join([*words[:3], named[0]])}`.")


def _removed(command: Command) -> Answer:
    """Return the message for a command that Prefect 3 lacks and a deployment that is not converted."""
    detail = f"Prefect 3 has no `prefect {command.verb}`."
    return left(command, "old-command", detail, f"Use `syntask {_GONE[command.verb]} FLOW/NAME`.")


def _listing(command: Command, known: Known) -> Answer | None:
    """Return the command that lists the deployments of the backend."""
    if not known.full_names:
        return None
    if not command.words:
        return instead(command, ["syntask", "deployment", "ls"])
    detail = "`prefect deployment ls` takes other options than the command of today."
    return left(command, "old-command", detail, "Use `syntask deployment ls` with names or `--select`.")


def _schedule(command: Command, _known: Known) -> Answer:
    """Return the message for a command that sets a schedule, which is now part of the entry."""
    detail = "The next deploy replaces a schedule that a command sets."
    named = command.arguments(*_SCHEDULE_VALUES)
    entry = f"the entry of `{named[0]}`" if named else "the entry"
    if command.has("--no-schedule"):
        return left(command, "old-command", detail, f"Remove `schedules` from {entry}.")
    given = {key: command.values(f"--{key.replace('_', '-')}", f"--{key}") for key in _SCHEDULE_KEYS}
    written = ", ".join(f"{key}: {_in_yaml(key, found[-1])}" for key, found in given.items() if found)
    what = f"`- {{{written}}}`" if written else "it"
    return left(command, "old-command", detail, f"Add {what} to `schedules` of {entry}.")


def _in_yaml(key: str, value: str) -> str:
    is_plain = key in ("interval", "day_or") and re.fullmatch(r"[\d.]+|true|false", value.lower())
    return value.lower() if is_plain else json.dumps(value)


def _one_schedule(command: Command, known: Known) -> Answer | None:
    """Return the message for one schedule, which has no id in a project file; a deploy sets all of them."""
    named = command.arguments("--id")
    if not (named and named[0] in known.full_names):
        return None
    detail = "The next deploy makes the schedules of the deployment those of its entry."
    hint = f"Change `schedules` of the entry of `{named[0]}`."
    return left(command, "old-command", detail, hint)


def _delete(command: Command, known: Known) -> Answer | None:
    """Return the message for a deletion, which is never rewritten automatically."""
    named = command.arguments("--id")
    if not (named and known.full_names.issuperset(named)):
        return None
    detail = "The project file declares the deployment now, and the next deploy creates it again."
    written = shlex.join(["syntask", "deployment", "delete", *named, "--yes"])
    return left(command, "old-command", detail, f"Use `{written}`, or remove the entry.")


def _orion(command: Command, _known: Known) -> Answer:
    verb = command.verb.partition(" ")[2]
    return instead(command, ["prefect", "server", verb, *command.words])


def _said(command: Command, _known: Known) -> Answer:
    return left(command, *NOTICES[command.verb])


_ANSWERS: Mapping[str, Callable[[Command, Known], Answer | None]] = {
    "deployment apply": _apply,
    "deployment create": _apply,
    "deployment build": _build,
    "deployment run": _of_deployment,
    "deployment inspect": _of_deployment,
    "deployment ls": _listing,
    "deployment delete": _delete,
    "deployment set-schedule": _schedule,
    "deployment schedule create": _schedule,
    **dict.fromkeys(_GONE, _of_schedules),
    **dict.fromkeys(_SCHEDULE_COMMANDS, _one_schedule),
    "agent start": agent_start,
    **dict.fromkeys(NOTICES, _said),
    RUN: _run,
}
