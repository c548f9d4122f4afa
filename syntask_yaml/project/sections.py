"""The `build`, `push` and `pull` sections: their steps, and their inheritance.

One rule for all three: a section that a deployment does not have is inherited from the project; null and an
empty list mean no steps. Only Prefect's dialect has an exception: `pull: null` is inherited too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from syntask_yaml.diagnostics import Diagnostic, Path, nearest
from syntask_yaml.document.node import Node
from syntask_yaml.model.builtin import BUILTINS
from syntask_yaml.model.step import Step
from syntask_yaml.project.dialect import Dialect

SECTIONS = ("build", "push", "pull")


class Section(NamedTuple):
    """The steps of one section, as they are written, and the problems of their form.

    *is_whole*: each item is a step in a valid form.
    """

    steps: tuple[Step, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    is_whole: bool = True


class Sections:
    """The sections of a project; those that several deployments share are read once."""

    def __init__(self, root: Node, dialect: Dialect) -> None:
        self._dialect = dialect
        self.shared = {name: _read(root.get(name)) for name in SECTIONS}
        self._own: dict[tuple[Path, str], Section | None] = {}

    def of(self, deployment: Node, name: str) -> Section | None:
        """Return the section *name* of a deployment; None if neither it nor the project declares one."""
        own = deployment.get(name) if name in deployment.value else None
        if own is None:
            return self.shared[name]
        key = (deployment.path, name)
        if key not in self._own:
            self._own[key] = self._read_own(own, name)
        return self._own[key]

    def _read_own(self, own: Node, name: str) -> Section | None:
        if own.value or not self._inherits(own, name):
            return _read(own)
        shared = self.shared[name]
        detail = "In a `prefect.yaml`, an empty `pull` inherits the `pull` of the project, as in Prefect."
        hint = "Remove the key, or write `pull: []` for no pull steps."
        note = own.problem("inherited-pull", detail, hint, at_key=True).as_warning()
        return Section(shared.steps if shared else (), (note,)) if shared else None

    def _inherits(self, own: Node, name: str) -> bool:
        return self._dialect is Dialect.PREFECT and name == "pull" and own.value != []


def _read(node: Node | None) -> Section | None:
    if node is None or node.value is None:
        return None if node is None or len(node.path) == 1 else Section()
    items = [node] if isinstance(node.value, dict) else list(node.children())
    steps: list[Step] = []
    problems: list[Diagnostic] = []
    for item in items:
        if isinstance(item.value, dict) and item.value:
            step = _step(item)
            steps.append(step)
            problems.extend(_form_problems(item, step))
    is_list = isinstance(node.value, (dict, list))
    return Section(tuple(steps), tuple(problems), is_list and len(steps) == len(items) and not problems)


def _step(item: Node) -> Step:
    name, *others = item.value
    inputs: Any = item.value[name]
    path = (*item.path, name)
    if others and inputs is None:  # the inputs are next to the name instead of below it
        inputs, path = {key: item.value[key] for key in others}, item.path
    inputs = dict(inputs) if isinstance(inputs, dict) else {}
    identity = inputs.pop("id", None)
    requires = inputs.pop("requires", None) or ()
    needed = requires if isinstance(requires, (list, tuple)) else (requires,)
    return Step(
        name=name,
        inputs=inputs,
        id=str(identity) if identity is not None else None,
        requires=tuple(map(str, needed)),
        path=path,
    )


def _form_problems(item: Node, step: Step) -> Iterator[Diagnostic]:
    if "." not in step.name:
        detail = f"`{step.name}` is not a step: steps are named `package.module.function`."
        hint = "Start each step with `- ` and its name, such as `- syntask.deployments.steps.git_clone:`."
        if meant := nearest(step.name, BUILTINS):
            hint = f"Did you mean `{BUILTINS[meant].full_name()}`?"
        yield (item.get(step.name) or item).problem("unknown-step", detail, hint, at_key=True)
        return
    if len(item.value) > 1:
        second = item.get(list(item.value)[1]) or item
        if item.value[step.name] is None:
            detail = f"The inputs of `{step.name}` must be indented under it."
            hint = f"Indent `{second.path[-1]}` and the keys after it by two more spaces."
        else:
            detail = f"A step is one function and its inputs, and `{second.path[-1]}` is a second function."
            hint = "Start each step with `- ` and indent its inputs under its name."
        yield second.problem("ambiguous-step", detail, hint, at_key=True)
