"""The values of names in templates.

A scope answers for one name at a time: with a value, `LEFT` if the name is left for the start of the run,
`Missing` with the reason, or `Unknown` if a build step decides the value. Which names are left, looked up or
rejected depends on the location of the text and the time of resolving; a scope represents both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from syntask_yaml.diagnostics import Diagnostic, did_you_mean, nearest
from syntask_yaml.login import login_name
from syntask_yaml.model.value import Json, Unknown, Value
from syntask_yaml.template.parser import steps_of

if TYPE_CHECKING:
    from syntask_yaml.model.block import Block

NAMESPACES = ("syntask", "prefect")

# Names that have a value only in a run or an event.
RUN_TIME_NAMES = frozenset(
    "ctx automation deployment event events firing flow flow_run metric trigger work_pool work_queue".split()
)


class Deferred(Enum):
    """The answer for a name that is resolved later."""

    LEFT = "left"


LEFT = Deferred.LEFT


class Missing(NamedTuple):
    """The answer for an undefined name: the *code*, reason and hint of a diagnostic.

    *cause* is the problem elsewhere in the project that leaves the name undefined, and is reported instead.
    """

    code: str
    detail: str
    hint: str = ""
    cause: Diagnostic | None = None


class Blocks(Enum):
    """How to treat block references without a lookup."""

    LEAVE = "leave"
    REFUSE = "refuse"


# The names of environment variables in other tools.
_ENVIRONMENTS = frozenset({"env", "environ", "os"})
_UPPER_CASE = re.compile(r"[A-Z][A-Z0-9_]+")

BlockLookup: TypeAlias = "Callable[[str, str], Block | None]"
Answer: TypeAlias = Value | Unknown | Deferred | Missing


class Anything(Mapping[str, Any]):
    """A mapping in which every name has an unknown value, for checks without an environment."""

    def __getitem__(self, name: str) -> Unknown:
        return Unknown(name)

    def __contains__(self, _name: object) -> bool:
        return True

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The names that a template may use.

    *environ*: environment variables; with *leaves_unset*, unset names are left. Without it, an unset `USER`
    is the name of the account.
    *outputs*: step outputs by id, and each output by its own name; with *has_open_outputs*, the outputs of
    some step are unknown before it runs, so that any name may be one.
    *later*: ids of steps that run at the start of a run.
    *values*: those of the project; None if it declares none.
    *variables*: None leaves them. *blocks*: a lookup, or the treatment without one. *is_static*: values are
    unknown, so that texts are checked rather than resolved. *leaves_nonsense*: braces around an invalid
    expression are text, as in Prefect. *leaves_missing*: an undefined name stays as it is written.
    *texts* caches the texts that were resolved in this scope without a problem: many deployments share them.
    """

    environ: Mapping[str, str] = field(default_factory=dict)
    leaves_unset: bool = False
    outputs: Mapping[str, Value] = field(default_factory=dict)
    has_open_outputs: bool = False
    later: frozenset[str] = frozenset()
    values: Mapping[str, Value | Missing] | None = None
    variables: Mapping[str, Json | Missing] | None = None
    blocks: BlockLookup | Blocks = Blocks.LEAVE
    is_static: bool = False
    leaves_nonsense: bool = False
    leaves_missing: bool = False
    texts: dict[str, Value] = field(default_factory=dict, init=False, repr=False, compare=False)
    _others: dict[Blocks, Scope] = field(default_factory=dict, init=False, repr=False, compare=False)

    def with_blocks(self, blocks: BlockLookup | Blocks) -> Scope:
        """Return this scope with another treatment of block references."""
        if blocks is self.blocks:
            return self
        if not isinstance(blocks, Blocks):
            return replace(self, blocks=blocks)
        if blocks not in self._others:
            self._others[blocks] = replace(self, blocks=blocks)
        return self._others[blocks]

    def answer(self, name: str) -> Answer:
        """Return the value of *name*, written as in the plain form."""
        if name.startswith("$"):
            return self._environment(name[1:])
        first, _, rest = name.partition(".")
        if first == "values" and rest and self.values is not None:
            return self._value(self.values, name, rest)
        if first in NAMESPACES and rest:
            kind, _, path = rest.partition(".")
            if kind == "variables":
                return self._variable(path)
            if kind == "blocks":
                return self._block(name, path)
        return self._output(name)

    def _environment(self, name: str) -> Answer:
        value = self.environ.get(name)
        if value is not None:
            return value
        if self.leaves_unset:
            return LEFT
        if name == "USER" and (user := login_name()):
            return user
        hint = did_you_mean(name, self.environ)
        optional = f'Set it, or write `{{{{ ${name} | default("…") }}}}` to make it optional.'
        return Missing("unset-name", f"The environment variable `{name}` is not set.", hint or optional)

    def _value(self, values: Mapping[str, Value | Missing], name: str, path: str) -> Answer:
        first, *inner = steps_of(path) or (path,)
        if first in values:
            value = values[first]
            return value if isinstance(value, Missing) else _walk(value, tuple(inner), name)
        hint = did_you_mean(first, values, otherwise=f"Declare it: `values: {{{first}: {{default: …}}}}`.")
        return Missing("unset-name", f"The project declares no value `{first}`.", hint)

    def _variable(self, name: str) -> Answer:
        if self.variables is None:
            return LEFT
        if name in self.variables:
            return self.variables[name]
        hint = did_you_mean(
            name, self.variables, otherwise=f"Run `syntask variable set {name} VALUE` to create it."
        )
        return Missing("unset-name", f"The backend has no variable `{name}`.", hint)

    def _block(self, name: str, path: str) -> Answer:
        kind, _, rest = path.partition(".")
        document, _, inner = rest.partition(".")
        if not kind or not document:
            hint = "Write `syntask.blocks.TYPE.NAME`, such as `syntask.blocks.secret.token`."
            return Missing("unset-name", f"`{name}` does not refer to a block.", hint)
        if self.blocks is Blocks.LEAVE:
            return LEFT
        if isinstance(self.blocks, Blocks):
            detail = "The value of the block would be stored here, where everyone can read it."
            hint = "Load the block in the flow, or refer to it in `job_variables` or in a step."
            return Missing("secret-stored", detail, hint)
        block = self.blocks(kind, document)
        if block is None:
            hint = f"Run `syntask block create {kind} {document}` to create it."
            return Missing("unset-name", f"The backend has no block `{document}` of type `{kind}`.", hint)
        return _inside(block.data, name, inner)

    def _output(self, name: str) -> Answer:
        steps = steps_of(name)
        first = steps[0] if steps else name
        if first in self.outputs:
            return _walk(self.outputs[first], steps[1:], name)
        if first in self.later or first in RUN_TIME_NAMES:
            return LEFT
        if self.has_open_outputs and len(steps) == 1:
            return Unknown(name)
        return Missing("unset-name", f"No step before this one outputs `{name}`.", self._hint(name, steps))

    def _hint(self, name: str, steps: tuple[str, ...]) -> str:
        """Return a hint about *name*, which is not the output of a step."""
        first, *rest = steps or (name,)
        if first == "values" and rest:
            return f"To declare it in a `syntask.yaml`, write `values: {{{rest[0]}: {{default: …}}}}`."
        if first.lower() in _ENVIRONMENTS:
            return f"To refer to an environment variable, write `{{{{ ${rest[-1] if rest else 'NAME'} }}}}`."
        is_set = first in self.environ and not isinstance(self.environ, Anything)
        near = nearest(first, [*self.outputs, *self.later])
        if is_set or (near is None and not rest and _UPPER_CASE.fullmatch(first)):
            return f"To refer to the environment variable, write `{{{{ ${name} }}}}`."
        return f"Did you mean `{self._output_near(near, rest)}`?" if near is not None else ""

    def _output_near(self, step: str, rest: list[str]) -> str:
        """Return the name of the output *rest* of *step*, or the closest one."""
        value = self.outputs.get(step)
        if rest and isinstance(value, Mapping) and rest[0] not in value:
            rest = [nearest(rest[0], value) or rest[0], *rest[1:]]
        return ".".join((step, *rest))


def _inside(data: Mapping[str, Any], name: str, path: str) -> Answer:
    """Return the part of a block's data at *path*. A document with the single field `value` is that value."""
    steps = steps_of(path)
    if set(data) == {"value"} and steps[:1] != ("value",):
        return _walk(data["value"], steps, name)
    return _walk(dict(data), steps, name)


def _walk(value: Value, steps: tuple[str, ...], name: str) -> Answer:
    for step in steps:
        if isinstance(value, Unknown):
            return Unknown(name)
        if isinstance(value, Mapping) and step in value:
            value = value[step]
        elif isinstance(value, (list, tuple)) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            hint = did_you_mean(step, value) if isinstance(value, Mapping) else ""
            return Missing("unset-name", f"`{name}` is undefined: there is no `{step}`.", hint)
    return value
