"""What takes the place of a command of agents: another command, or a sentence for the user."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from glob import has_magic
from pathlib import Path

from syntask_yaml.diagnostics import Diagnostic, Severity
from syntask_yaml.upgrade.commands import Command
from syntask_yaml.upgrade.limit import QUEUE_LIMIT_HINT
from syntask_yaml.upgrade.notices import NOTICES
from syntask_yaml.upgrade.runs import RUN
from syntask_yaml.upgrade.secrets import hide_in_text

_SAFE = re.compile(r"[\w ./@:+=,-]+")
_BUILD_VALUES = tuple(
    "-n --name -v --version -d --description -t --tag -q --work-queue -p --pool -l -w -i --infra "
    "--work-queue-concurrency -ib --infra-block --override -sb --storage-block --cron --interval "
    "--anchor-date --rrule --timezone --path -o --output --param --params".split()
)
_APPLY_VALUES = ("-l", "--work-queue-concurrency")
_AGENT_VALUES = tuple(
    "-q --work-queue -m --match -p --pool --limit -l --prefetch-seconds --api -t --tag --hide-welcome".split()
)
# Those that are the same today.
_RUN_VALUES = ("-p", "--param", "--params", "--job-variable", "-t", "--tag")
_OTHER_RUN_VALUES = ("--start-in", "--start-at", "--watch-interval", "--watch-timeout")
_LIMITS = ("-l", "--limit", "--work-queue-concurrency")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the deployments that are converted: their full names by the file that held them
    and, with their entrypoints, by their own name; who serves which queue: pairs of queue and pool; and the
    files with deployments that are not converted. *project_at* is the folder of the project that a command
    finds from a folder, and that the files in it belong to."""

    by_file: Mapping[Path, Sequence[str]] = field(default_factory=dict)
    by_name: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    served: Sequence[tuple[str, str]] = ()
    open: frozenset[Path] = frozenset()
    project_at: Callable[[Path], Path] = lambda _folder: Path()


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of a command: the *text* to write in its place, None if it is left, and what is said."""

    command: Command
    text: str | None = None
    problems: tuple[Diagnostic, ...] = ()

    def left(self) -> Answer:
        """The same, said and not written."""
        return self if self.text is None else _answer(self.command, self.text, self.problems)


def answer(command: Command, known: Known) -> Answer | None:
    """What takes the place of *command*, written or said; None for one that may stay."""
    return _ANSWERS.get(command.verb, _orion)(command, known)


def _left(command: Command, code: str, detail: str, hint: str) -> Answer:
    texts = hide_in_text(detail), hide_in_text(hint)
    problem = Diagnostic(code, *texts, severity=Severity.WARNING, span=command.span)
    return Answer(command, None, (problem,))


def _instead(command: Command, words: Sequence[str], *problems: Diagnostic) -> Answer:
    """The command of today in the place of the old one, where its file is rewritten; else it is said."""
    if command.is_plain and command.may_edit and all(_SAFE.fullmatch(word) for word in words):
        return Answer(command, command.spelled(words), problems)
    return _answer(command, shlex.join(words), problems)


def _answer(command: Command, written: str, problems: Sequence[Diagnostic]) -> Answer:
    is_dynamic = any(sign in word for word in command.words for sign in "$`*{")
    code = "dynamic-value" if is_dynamic else "old-command"
    why = " It is not rewritten, because it contains variables." if is_dynamic else ""
    detail = f"`prefect {command.verb}` is a command of Prefect 2.{why}"
    left = _left(command, code, detail, f"Use `{written}`.")
    return Answer(command, None, (*left.problems, *problems))


def _deploy(command: Command, names: Sequence[str], project: str = "") -> Answer:
    return _instead(command, _deploying(names, project), *_limits(command))


def _deploying(names: Iterable[str], project: str) -> list[str]:
    """The words that deploy *names*, of the project in the folder *project* if it is not the nearest one."""
    there = ["-C", project] if project else []
    named = [word for name in dict.fromkeys(names) for word in ("-n", name)]
    return ["syntask", *there, "deploy", *named]


def _limits(command: Command) -> tuple[Diagnostic, ...]:
    """A limit of the command was one of the work queue."""
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
            return _left(command, code, detail, "Use `syntask deploy -n FLOW/NAME` for its deployments.")
        by_project.setdefault(project, []).extend(found)
    if not by_project:
        detail = "`prefect deployment apply` without a file deploys nothing."
        return _left(command, "old-command", detail, "Remove it, or use `syntask deploy --all`.")
    if len(by_project) > 1:
        each = "; ".join(
            f"`{shlex.join(_deploying(by_project[project], project))}`" for project in by_project
        )
        return _left(command, "old-command", "The files belong to several projects.", f"Use {each}.")
    ((project, names),) = by_project.items()
    return _deploy(command, names, project)


def _names_in(command: Command, file: str, known: Known) -> tuple[Sequence[str], str]:
    """The deployments of a file, seen from the top of the repository, or from beside the script, and the
    folder of their project, empty for the one that a command finds from there."""
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
        return _left(command, code, detail, hint)
    if not command.has("-a", "--apply"):
        detail = f"The command writes a file for `{found[0]}`, which the project file declares now."
        return _left(command, "old-command", detail, "Remove the command.")
    return _deploy(command, found)


def _is_same(entrypoint: str, words: Sequence[str]) -> bool:
    """Whether the words of a command name *entrypoint*, seen from wherever it is called."""
    wanted = [word.replace("\\", "/").removeprefix("./") for word in words]
    return any(entrypoint == each or entrypoint.endswith(f"/{each}") for each in wanted)


def _agent(command: Command, known: Known) -> Answer:
    queues, prefixes = command.values("-q", "--work-queue"), command.values("-m", "--match")
    if not (queues or prefixes) and any("$" in word for word in command.words):
        return _instead(command, ["syntask", "worker", "start", "--pool", "POOL"])
    matching = [queue for queue, _ in known.served if any(queue.startswith(prefix) for prefix in prefixes)]
    wanted = list(dict.fromkeys([*queues, *matching]))
    pools = sorted({pool for queue, pool in known.served if queue in wanted or not (queues or prefixes)})
    if not pools:
        detail = "No converted deployment uses these work queues."
        hint = "Use `syntask worker start --pool POOL` with the work pool of their deployments."
        is_dynamic = any("$" in queue for queue in wanted)
        return _left(command, "dynamic-value" if is_dynamic else "old-command", detail, hint)
    each = [[*_worker(command, pool), *_queues(wanted, pool, known)] for pool in pools]
    if len(pools) > 1:
        lines = "; ".join(f"`{shlex.join(words)}`" for words in each)
        detail = f"The deployments of these work queues use {len(pools)} work pools, and a worker serves one."
        return _left(command, "several-types-one-agent", detail, f"Start each worker: {lines}.")
    return _instead(command, each[0])


def _worker(command: Command, pool: str) -> list[str]:
    limit = command.values("-l", "--limit")
    return [
        *("syntask", "worker", "start", "--pool", pool),
        *(("--limit", limit[0]) if limit else ()),
        *(("--run-once",) if command.has("--run-once") else ()),
    ]


def _queues(wanted: Sequence[str], pool: str, known: Known) -> list[str]:
    return [word for queue in wanted if (queue, pool) in known.served for word in ("--work-queue", queue)]


def _run(command: Command, known: Known) -> Answer:
    """The script deploys: the entries that took its place do."""
    script, *arguments = command.words
    names, project = _names_in(command, script, known)
    if arguments or not names or _is_open(command, script, known):
        detail = f"`{script}` deploys with Prefect 2."
        hint = "Use `syntask deploy -n FLOW/NAME` for its deployments."
        return _left(command, "dynamic-value" if arguments else "old-command", detail, hint)
    return _deploy(command, names, project)


def _is_open(command: Command, script: str, known: Known) -> bool:
    """Whether a deployment of the script has no entry."""
    here = command.file.path.resolve()
    return any((folder / script).resolve() in known.open for folder in here.parents)


def _of_deployment(command: Command, known: Known) -> Answer | None:
    """The command is the same today. One for a deployment that is not converted may be for another server."""
    converted = {full for found in known.by_name.values() for full, _ in found}
    if (
        not converted.issuperset(named := command.arguments(*_RUN_VALUES, *_OTHER_RUN_VALUES))
        or len(named) != 1
    ):
        return None
    words = ["syntask", *command.verb.split(" "), *command.words]
    options = {word.partition("=")[0] for word in command.words if word.startswith("-")}
    if options <= {*_RUN_VALUES, "--watch"}:
        return _instead(command, words)
    detail = f"`prefect {command.verb}` takes other options than the command of today."
    return _left(command, "old-command", detail, f"Use `{shlex.join(words[:3])} {named[0]}`.")


def _orion(command: Command, _known: Known) -> Answer:
    verb = command.verb.partition(" ")[2]
    return _instead(command, ["prefect", "server", verb, *command.words])


def _said(command: Command, _known: Known) -> Answer:
    return _left(command, *NOTICES[command.verb])


_ANSWERS: Mapping[str, Callable[[Command, Known], Answer | None]] = {
    "deployment apply": _apply,
    "deployment create": _apply,
    "deployment build": _build,
    "deployment run": _of_deployment,
    "deployment inspect": _of_deployment,
    "agent start": _agent,
    **dict.fromkeys(NOTICES, _said),
    RUN: _run,
}
