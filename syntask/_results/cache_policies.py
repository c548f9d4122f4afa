"""Policies that compute the cache key of a task run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from syntask._exceptions import HashError, SerializationError

if TYPE_CHECKING:
    from syntask._runs.context import TaskRunContext

_KeyFunction = Callable[["TaskRunContext", dict[str, Any]], "str | None"]


class CachePolicy:
    """Computes keys. Calls with equal keys share a result."""

    def compute_key(
        self, task_ctx: TaskRunContext, inputs: dict[str, Any], flow_parameters: Mapping[str, Any]
    ) -> str | None:
        """Return the key for a call of a task with *inputs*; None if it is not cached.

        Raises HashError if the inputs cannot be hashed.
        """
        raise NotImplementedError

    @classmethod
    def from_cache_key_fn(cls, cache_key_fn: _KeyFunction) -> CacheKeyFnPolicy:
        """Return a policy with the keys of *cache_key_fn*, which takes the context and the inputs."""
        return CacheKeyFnPolicy(cache_key_fn)

    def __add__(self, other: CachePolicy) -> CachePolicy:
        """Return a policy that combines both keys."""
        if isinstance(other, NoCache):
            return self
        return other if isinstance(self, NoCache) else CompoundCachePolicy([self, other])

    def __sub__(self, name: str) -> CachePolicy:
        """Return the same policy without the input *name*."""
        if not isinstance(name, str):
            raise TypeError("Only the name of an input, as text, can be subtracted from a cache policy.")
        return self

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        return type(self).__name__


class CacheKeyFnPolicy(CachePolicy):
    """A key computed by a function."""

    def __init__(self, cache_key_fn: _KeyFunction) -> None:
        self.cache_key_fn = cache_key_fn

    def compute_key(
        self, task_ctx: TaskRunContext, inputs: dict[str, Any], flow_parameters: Mapping[str, Any]
    ) -> str | None:
        return self.cache_key_fn(task_ctx, inputs)


class CompoundCachePolicy(CachePolicy):
    """A key combined from those of *policies*. Policies for inputs are merged, with all their exclusions."""

    def __init__(self, policies: list[CachePolicy]) -> None:
        flat = [inner for each in policies for inner in getattr(each, "policies", [each])]
        inputs = [each for each in flat if isinstance(each, Inputs)]
        self.policies = [each for each in flat if not isinstance(each, Inputs)]
        if inputs:
            self.policies.append(Inputs(exclude=sorted({name for each in inputs for name in each.exclude})))

    def compute_key(
        self, task_ctx: TaskRunContext, inputs: dict[str, Any], flow_parameters: Mapping[str, Any]
    ) -> str | None:
        keys = [each.compute_key(task_ctx, inputs, flow_parameters) for each in self.policies]
        known = [each for each in keys if each is not None]
        return hash_objects(known) if known else None

    def __sub__(self, name: str) -> CachePolicy:
        super().__sub__(name)
        return CompoundCachePolicy([each - name for each in self.policies])

    def __repr__(self) -> str:
        return " + ".join(map(repr, self.policies))


class NoCache(CachePolicy):
    """No key: results are not cached."""

    def compute_key(
        self, task_ctx: TaskRunContext, inputs: dict[str, Any], flow_parameters: Mapping[str, Any]
    ) -> str | None:
        return None


class TaskSource(CachePolicy):
    """A key from the source code of the task, or its bytecode if the source is not available."""

    def compute_key(
        self, task_ctx: TaskRunContext, inputs: dict[str, Any], flow_parameters: Mapping[str, Any]
    ) -> str | None:
        return hash_objects(_source(task_ctx.task.fn))


class FlowParameters(CachePolicy):
    """A key from the parameters of the flow run."""

    def compute_key(
        self, task_ctx: TaskRunContext, inputs: dict[str, Any], flow_parameters: Mapping[str, Any]
    ) -> str | None:
        return hash_objects(dict(flow_parameters)) if flow_parameters else None


class RunId(CachePolicy):
    """A key from the flow run, or outside of a flow, the task run."""

    def compute_key(
        self, task_ctx: TaskRunContext, inputs: dict[str, Any], flow_parameters: Mapping[str, Any]
    ) -> str | None:
        return str(task_ctx.task_run.flow_run_id or task_ctx.task_run.id)


class Inputs(CachePolicy):
    """A key from the inputs, except those in *exclude*."""

    def __init__(self, exclude: list[str] | None = None) -> None:
        self.exclude = list(exclude or [])

    def compute_key(
        self, task_ctx: TaskRunContext, inputs: dict[str, Any], flow_parameters: Mapping[str, Any]
    ) -> str | None:
        if not inputs:
            return None
        return hash_objects({name: each for name, each in inputs.items() if name not in self.exclude})

    def __sub__(self, name: str) -> CachePolicy:
        super().__sub__(name)
        return Inputs([*self.exclude, name])


def hash_objects(value: Any) -> str:
    """Return a key for *value*, the same for equal values in every process. Raises HashError."""
    from syntask._results import json_values
    from syntask._results.store import digest, pickled

    try:
        return digest(json_values.canonical(value, _part_of_key).encode())
    except SerializationError:  # the value may contain itself
        pass
    try:
        return digest(pickled(value))
    except SerializationError as error:
        raise HashError(
            f"No cache key can be computed from the inputs: {error} Leave them out with "
            "`INPUTS - 'name'`, or set `cache_policy=NO_CACHE` or a `cache_key_fn`."
        ) from error


def _part_of_key(value: Any, encode: Callable[[Any], Any]) -> Any:
    """Return the part of a key for a value that JSON cannot represent.

    Dataclasses and models are represented by their fields: they can contain sets, whose order in a pickle
    differs between processes.
    """
    from syntask._results.json_values import name_of
    from syntask._results.store import digest, pickled

    fields = _fields(value)
    if fields is None:
        return {"pickle": digest(pickled(value))}
    return {"fields of": name_of(type(value)), "values": encode(fields)}


def _fields(value: Any) -> dict[str, Any] | None:
    import dataclasses

    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
    if isinstance(getattr(type(value), "model_fields", None), dict):
        return {**vars(value), **(getattr(value, "model_extra", None) or {})}
    return None


def _source(function: Callable[..., Any]) -> str:
    import inspect

    try:
        return inspect.getsource(function)
    except (OSError, TypeError):
        code = getattr(function, "__code__", None)
        return repr(function) if code is None else f"{code.co_code.hex()} {code.co_consts!r}"


INPUTS = Inputs()
TASK_SOURCE = TaskSource()
RUN_ID = RunId()
FLOW_PARAMETERS = FlowParameters()
NO_CACHE = NONE = NoCache()
DEFAULT = INPUTS + TASK_SOURCE + RUN_ID
