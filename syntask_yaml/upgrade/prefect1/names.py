"""Qualified names in a Python file: those of Prefect, and those that only Prefect 1 has."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

from syntask_yaml.upgrade.python_tree import children, statements

Uses = Callable[[str], Iterable[ast.Name]]
Parent = Callable[[ast.AST], ast.AST | None]
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_WITHOUT_NAMES = frozenset({ast.Constant, ast.Lambda, ast.Import, ast.ImportFrom, *COMPREHENSIONS})

# Modules and the shorter names under which Prefect 1 exported their content.
_MODULES: Mapping[str, str] = {
    "prefect.core.flow": "prefect",
    "prefect.core.task": "prefect",
    "prefect.core.parameter": "prefect",
    "prefect.core": "prefect",
    "prefect.utilities.tasks": "prefect",
    "prefect.utilities.edges": "prefect",
    "prefect.tasks.core.function": "prefect",
    "prefect.tasks.core.parameter": "prefect",
    "prefect.client.secrets": "prefect.client",
    "prefect.engine.executors": "prefect.executors",
    "prefect.environments.storage": "prefect.storage",
    "prefect.schedules.schedules": "prefect.schedules",
    "prefect.engine.results": "prefect.engine.results",
}
# Packages that export the class of each of their modules.
_FAMILIES = re.compile(
    r"prefect\.(executors|storage|run_configs|tasks\.secrets|engine\.results|schedules|tasks\.control_flow"
    r"|tasks\.prefect|tasks\.shell|tasks\.notifications)\.[a-z0-9_]+\.(\w+)"
)
# The package was an attribute of itself: `from prefect import prefect` worked.
_ITSELF = "prefect.prefect"
_CONTROL = frozenset({"case", "merge", "switch", "ifelse"})

# Names that exist in Prefect 1 only; those that end with a dot are prefixes.
_GONE = (
    *("prefect.Parameter", "prefect.DateTimeParameter", "prefect.case", "prefect.merge", "prefect.switch"),
    *("prefect.ifelse", "prefect.flatten", "prefect.mapped", "prefect.apply_map", "prefect.Client"),
    *("prefect.as_task", "prefect.defaults_from_attrs", "prefect.pause_task", "prefect.FunctionTask"),
    *("prefect.Edge", "prefect.edge", "prefect.edge.", "prefect.registry", "prefect.registry."),
    *("prefect.resource_manager", "prefect.models", "prefect.api", "prefect.plugins"),
    *("prefect.config", "prefect.config."),
    *("prefect.client.Client", "prefect.client.Secret", "prefect.client.client", "prefect.configuration"),
    *("prefect.storage.", "prefect.run_configs.", "prefect.executors.", "prefect.environments."),
    *("prefect.storage", "prefect.run_configs", "prefect.executors", "prefect.environments"),
    *("prefect.triggers", "prefect.triggers.", "prefect.backend", "prefect.backend.", "prefect.core."),
    *("prefect.engine.signals", "prefect.engine.signals.", "prefect.engine.state", "prefect.engine.state."),
    *("prefect.engine.result", "prefect.engine.result.", "prefect.engine.results", "prefect.engine.results."),
    *("prefect.engine.executors", "prefect.engine.executors.", "prefect.engine.serializers"),
    *("prefect.engine.serializers.", "prefect.engine.cache_validators", "prefect.engine.cache_validators."),
    *("prefect.engine.flow_runner", "prefect.engine.flow_runner.", "prefect.engine.task_runner"),
    *(
        "prefect.engine.task_runner.",
        "prefect.engine.runner.",
        "prefect.engine.cloud",
        "prefect.engine.cloud.",
    ),
    *("prefect.engine.FlowRunner", "prefect.engine.TaskRunner", "prefect.engine.get_default_executor_class"),
    *("prefect.engine.get_default_flow_runner_class", "prefect.engine.get_default_task_runner_class"),
    *("prefect.serialization", "prefect.serialization.", "prefect.agent.local", "prefect.agent.local."),
    *(
        "prefect.agent.docker",
        "prefect.agent.docker.",
        "prefect.agent.kubernetes",
        "prefect.agent.kubernetes.",
    ),
    *("prefect.agent.ecs", "prefect.agent.ecs.", "prefect.agent.fargate", "prefect.agent.fargate."),
    *("prefect.agent.agent", "prefect.agent.agent.", "prefect.agent.vertex", "prefect.agent.vertex."),
    *("prefect.schedules.CronSchedule", "prefect.schedules.IntervalSchedule", "prefect.schedules.Schedule"),
    *("prefect.schedules.RRuleSchedule", "prefect.schedules.clocks", "prefect.schedules.filters"),
    *("prefect.schedules.clocks.", "prefect.schedules.filters.", "prefect.schedules.adjustments"),
    *("prefect.utilities.logging", "prefect.utilities.logging.", "prefect.utilities.notifications"),
    *("prefect.utilities.notifications.", "prefect.utilities.debug", "prefect.utilities.debug."),
    *("prefect.utilities.aws", "prefect.utilities.aws.", "prefect.utilities.gcp.", "prefect.utilities.git."),
    *("prefect.utilities.graphql", "prefect.utilities.graphql.", "prefect.utilities.storage."),
    *("prefect.utilities.serialization", "prefect.utilities.configuration.", "prefect.utilities.tasks"),
    *("prefect.utilities.context", "prefect.utilities.executors", "prefect.utilities.exceptions"),
    *("prefect.utilities.kubernetes.", "prefect.utilities.docker_util", "prefect.utilities.agent"),
    *("prefect.artifacts.create_link", "prefect.artifacts.create_markdown", "prefect.artifacts.update_link"),
    *("prefect.artifacts.update_markdown", "prefect.artifacts.delete_artifact"),
    *("prefect.exceptions.PrefectException", "prefect.exceptions.ClientError"),
    *("prefect.exceptions.AuthorizationError", "prefect.exceptions.VersionLockMismatchSignal"),
)
# Current names in the module `prefect.tasks`.
_TASKS_TODAY = frozenset("task Task task_input_hash exponential_backoff MaterializingTask".split())
# Current names in the module `prefect.context`.
_CONTEXT_TODAY = re.compile(
    r"prefect\.context\.(get_run_context|get_settings_context|tags|use_profile|[A-Z]\w*)(\..*)?"
)
# Names imported by `from prefect import *`.
_STARRED = (
    "Client Flow Parameter Task apply_map case context flatten mapped resource_manager task unmapped".split()
)
_EXACT = frozenset(each for each in _GONE if not each.endswith("."))
_PREFIXES = tuple(each for each in _GONE if each.endswith("."))


@lru_cache(maxsize=4096)
def canonical(name: str) -> str:
    """Return the shortest alias of a name in Prefect 1."""
    while f"{name}.".startswith(f"{_ITSELF}."):
        name = name.removeprefix("prefect.")
    module, _, last = name.rpartition(".")
    if last in _CONTROL and module.startswith("prefect.tasks.control_flow"):
        return f"prefect.{last}"
    for old, new in _MODULES.items():
        if name.startswith(f"{old}."):
            return canonical(new + name[len(old) :]) if new != old else name
    family = _FAMILIES.fullmatch(name)
    if family and family[2][:1].isupper() and "clocks" not in name and "filters" not in name:
        return f"prefect.{family[1]}.{family[2]}"
    return name


@lru_cache(maxsize=4096)
def is_gone(name: str) -> bool:
    """Return whether a qualified name of Prefect 1 no longer exists with that meaning."""
    if name == _ITSELF:
        return True
    short = canonical(name)
    if short.startswith("prefect.tasks."):
        return short.split(".")[2] not in _TASKS_TODAY
    if short == "prefect.context" or short.startswith("prefect.context."):
        return short != "prefect.context" and _CONTEXT_TODAY.fullmatch(short) is None
    return short in _EXACT or short.startswith(_PREFIXES)


class PrefectNames:
    """The qualified names of a file's references, resolved by imports and scopes."""

    def __init__(self, tree: ast.Module, uses: Uses, parent: Parent) -> None:
        """Resolve names with *uses*, the reads of a module's name, and *parent*, the parent of a node."""
        self.imported = dict(imported_names(statements(tree)))
        self.references: list[ast.expr] = []
        self._found: dict[ast.AST, str] = {}
        redefined = {
            node.name: node.lineno
            for node in tree.body
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        }
        found = [use for name in self.imported for use in uses(name) if isinstance(use.ctx, ast.Load)]
        for use in sorted(found, key=lambda each: (each.lineno, each.col_offset)):
            if use.lineno <= redefined.get(use.id, use.lineno):
                self._note(use, parent)

    def of(self, node: ast.AST | None) -> str:
        """Return the qualified name that *node* refers to; empty if it is not imported."""
        return self._found.get(node, "")  # type: ignore[arg-type]  # None is no key

    def called(self, node: ast.AST | None) -> str:
        """Return the qualified name of a called object; empty for other nodes."""
        return self._found.get(node.func, "") if isinstance(node, ast.Call) else ""

    def _note(self, use: ast.Name, parent: Parent) -> None:
        """Record the name of *use*, and of each attribute of it; the last one is the reference."""
        node: ast.expr = use
        name = self.imported[use.id]
        self._found[node] = canonical(name)
        while isinstance(outer := parent(node), ast.Attribute):
            node, name = outer, f"{name}.{outer.attr}"
            self._found[node] = canonical(name)
        self.references.append(node)


def imported_names(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, str]]:
    """Yield the names that imports among *nodes* bind, with their qualified names."""
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (first, first)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                origin = "." * node.level + (node.module or "")
                if alias.name == "*" and origin == "prefect":
                    yield from ((name, f"prefect.{name}") for name in _STARRED)
                yield alias.asname or alias.name, f"{origin}.{alias.name}"


@lru_cache(maxsize=2048)  # several rules request the names of a statement
def bound_names(node: ast.AST) -> tuple[str, ...]:
    """Return the names that *node* binds in its own scope, except imports."""
    found: list[str] = []
    waiting = [node]
    for each in waiting:
        if isinstance(each, ast.Name):
            if isinstance(each.ctx, ast.Store):
                found.append(each.id)
        elif each.__class__ in _WITHOUT_NAMES:
            continue
        elif isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.append(each.name)
        else:
            if isinstance(each, ast.ExceptHandler) and each.name:
                found.append(each.name)
            waiting += children(each)
    return tuple(found)


def own_names(scope: ast.AST) -> Iterator[str]:
    """Yield the names that a function or comprehension binds locally."""
    if isinstance(scope, COMPREHENSIONS):
        for each in scope.generators:
            yield from (node.id for node in ast.walk(each.target) if isinstance(node, ast.Name))
        return
    arguments = scope.args  # type: ignore[attr-defined]
    every = [
        *arguments.posonlyargs,
        *arguments.args,
        *arguments.kwonlyargs,
        arguments.vararg,
        arguments.kwarg,
    ]
    yield from (argument.arg for argument in every if argument is not None)
    if not isinstance(scope, ast.Lambda):
        yield from bound_in(scope)


def bound_in(scope: ast.AST) -> Iterator[str]:
    """Yield the names that the statements of a function or module bind."""
    for child in getattr(scope, "body", ()):
        yield from bound_names(child)


def single_target(node: ast.AST) -> ast.Name | None:
    """Return the name that a statement sets, if it sets only one."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return node.targets[0]
    if isinstance(node, ast.AnnAssign) and node.value is not None and isinstance(node.target, ast.Name):
        return node.target
    return None


def set_in_class(node: ast.ClassDef, name: str) -> ast.expr | None:
    """Return the value of *name* in the body of a class, if it is set once, on a line of its own."""
    found = [each for each in node.body if name in bound_names(each)]
    if len(found) != 1 or single_target(found[0]) is None or bound_names(found[0]).count(name) > 1:
        return None
    return found[0].value  # type: ignore[attr-defined, no-any-return]
