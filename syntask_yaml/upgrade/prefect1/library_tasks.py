"""Library tasks with an equivalent of one line in Prefect 3.

An instance becomes a task of an equivalent function; its calls are unchanged.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from syntask_yaml.project.spelling import slug
from syntask_yaml.upgrade.prefect1.classes import write_task
from syntask_yaml.upgrade.prefect1.draft import FlowFileDraft
from syntask_yaml.upgrade.prefect1.edges import is_graph_method
from syntask_yaml.upgrade.prefect1.tasks import OPTIONS

# The arguments of the class, by name.
Given = Mapping[str, ast.expr]


@dataclass(frozen=True, slots=True)
class _LibraryTask:
    """A library task. *arguments* are the class's positional arguments, *taken* those that calls accept too.

    *write* returns the expression that the function returns; None for arguments that have no equivalent.
    """

    arguments: tuple[str, ...]
    taken: tuple[str, ...]
    write: Callable[[FlowFileDraft, ast.Call, Given], str | None]


_NOTE = "`ShellOperation` is in the package `prefect-shell`."


def convert_library_tasks(draft: FlowFileDraft) -> None:
    """Convert every instance of these tasks."""
    for call in draft.module.calls:
        known = _KNOWN.get(draft.names.called(call))
        if known is not None:
            _convert(draft, call, known)


def _convert(draft: FlowFileDraft, call: ast.Call, known: _LibraryTask) -> None:
    options = [each for each in call.keywords if each.arg in {*OPTIONS, "name", "tags"}]
    others = [each for each in call.keywords if each not in options]
    if any(isinstance(each, ast.Starred) for each in call.args) or len(call.args) > len(known.arguments):
        return
    given: dict[str, ast.expr] = dict(zip(known.arguments, call.args, strict=False))
    given |= {str(each.arg): each.value for each in others}
    if not given.keys() <= set(known.arguments) or not _are_known(draft, call, known):
        return
    body = known.write(draft, call, given)
    if body is None:
        return
    first, *rest = known.taken
    defaults = {name: draft.edits.source(given[name]) if name in given else "None" for name in rest}
    head = f"{first}={draft.edits.source(given[first])}" if first in given else first
    parameters = ", ".join([head, *(f"{name}={text}" for name, text in defaults.items())])
    function = f"lambda {parameters}: {body}"
    parent = draft.module.parent(call)
    if isinstance(parent, ast.Attribute) and parent.attr == "run":
        draft.edits.replace_node(parent, f"({function})")
        return
    write_task(draft, call, function, options, draft.names.called(call).rpartition(".")[2])


def _are_known(draft: FlowFileDraft, made: ast.Call, known: _LibraryTask) -> bool:
    """Return whether all uses of an instance are calls with arguments that the function accepts."""
    own = {"upstream_tasks", *known.taken}
    calls = list(calls_of(draft, made))
    return all(
        call is not None
        and len(call.args) <= len(known.taken)
        and not any(isinstance(each, ast.Starred) for each in call.args)
        and all(each.arg in own for each in call.keywords)
        for call in calls
    )


def calls_of(draft: FlowFileDraft, made: ast.Call) -> Iterator[ast.Call | None]:
    """Yield the calls of an instance, and None for each other use of it."""
    parent = draft.module.parent(made)
    uses: list[ast.expr] = [made]
    if isinstance(parent, ast.Assign):
        target = parent.targets[0]
        is_plain = len(parent.targets) == 1 and isinstance(target, ast.Name)
        if not is_plain:
            yield None
            return
        uses = [*draft.module.uses(target.id, draft.module.scope(parent))]  # type: ignore[attr-defined]
    for use in uses:
        called: ast.AST | None = use
        outer = draft.module.parent(use)
        if isinstance(outer, ast.Attribute) and outer.attr in ("run", "map"):
            called, outer = outer, draft.module.parent(outer)
        if isinstance(outer, ast.Call) and outer.func is called:
            yield outer
        elif not (isinstance(outer, (ast.List, ast.Tuple)) or _is_in_graph(outer)):
            yield None


def _is_in_graph(outer: ast.AST | None) -> bool:
    """Return whether an uncalled task is named in a graph statement."""
    method = outer.func if isinstance(outer, ast.Call) else outer
    return isinstance(method, ast.Attribute) and is_graph_method(method.attr)


def _slack(draft: FlowFileDraft, _call: ast.Call, given: Given) -> str | None:
    secret = given.get("webhook_secret", ast.Constant("SLACK_WEBHOOK_URL"))
    if not (isinstance(secret, ast.Constant) and isinstance(secret.value, str)):
        return None
    name = slug(secret.value)
    draft.secrets[name] = None
    url = f'{draft.want("prefect.blocks.system", "Secret")}.load("{name}").get()'
    data = 'message if isinstance(message, dict) else {"text": message}'
    return f"{draft.want('httpx')}.post({url}, json={data}).raise_for_status() and None"


def _shell(draft: FlowFileDraft, call: ast.Call, given: Given) -> str | None:
    plain = {
        name: value.value if isinstance(value := given.get(name), ast.Constant) else value
        for name in ("return_all", "stream_output", "shell")
    }
    if not (plain["return_all"] in (None, True, False) and plain["stream_output"] in (None, True, False)):
        return None
    # The output of the command included its standard error.
    helper = [draft.edits.source(given["helper_script"])] if "helper_script" in given else []
    commands = ", ".join(['"exec 2>&1"', *helper, "command"])
    options = [f"commands=[{commands}]", "env=env or {}"]
    if "shell" in given:
        options.append(f"shell={draft.edits.source(given['shell'])}")
    if not plain["stream_output"]:
        options.append("stream_output=False")
    lines = f"{draft.want('prefect_shell', 'ShellOperation')}({', '.join(options)}).run()"
    if all(problem.detail != _NOTE for problem in draft.problems):
        draft.note(call, "p1-library", _NOTE, "Install it.")
    return lines if plain["return_all"] else f"({lines} or [None])[-1]"


_KNOWN: Mapping[str, _LibraryTask] = {
    "prefect.tasks.notifications.SlackTask": _LibraryTask(
        ("message", "webhook_secret"), ("message",), _slack
    ),
    "prefect.tasks.shell.ShellTask": _LibraryTask(
        ("command", "env", "helper_script", "shell", "return_all", "log_stderr", "stream_output"),
        ("command", "env"),
        _shell,
    ),
}
