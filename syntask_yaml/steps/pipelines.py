"""The build and push steps of many deployments: equal lists once, independent ones side by side."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from threading import Event as Flag
from threading import Lock
from typing import Any, TypeAlias

from syntask_yaml.errors import StepFailed
from syntask_yaml.model.builtin import builtin_of
from syntask_yaml.model.events import Event, Observer
from syntask_yaml.model.secret import Secret
from syntask_yaml.model.step import Step
from syntask_yaml.model.value import Unknown, holds_unknown
from syntask_yaml.steps.base import PLAIN, Outputs, Policy, StepContext, StepStopped
from syntask_yaml.steps.runner import run_steps
from syntask_yaml.template import Scope, Unresolved, resolve

_TICK = 0.1
_NAMED = 2


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The steps that the *deployment* needs before it can be applied, and what their templates mean."""

    deployment: str
    build: tuple[Step, ...]
    push: tuple[Step, ...]
    scope: Scope


@dataclass(frozen=True, slots=True)
class PipelineResult:
    """What became of a pipeline: its *outputs*, or the *error* of one of its steps.

    With neither it was stopped, or never begun, because something else failed.
    """

    deployment: str
    outputs: Outputs | None = None
    error: StepFailed | None = None


def run_pipelines(
    pipelines: Sequence[Pipeline],
    *,
    jobs: int,
    context: StepContext,
    notify: Observer,
    policy: Policy = PLAIN,
    keep_going: bool = False,
) -> list[PipelineResult]:
    """Run the pipelines, at most *jobs* lists at a time; one result for each, in their order.

    Each starts in `context.directory`. Lists that are equal once their inputs are resolved, as far as
    they can be before anything ran, run once. Push begins where build left off. Unless *keep_going*,
    the first failure stops the others. Ctrl-C, or `context.stop`, ends whatever runs at once.
    """
    halt = Flag()
    crew = _Crew(replace(context, stop=halt), _one_at_a_time(notify), policy)
    with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="steps") as pool:
        try:
            futures = crew.submit(pipelines, pool)
            _watch(futures, context.stop, halt, keep_going=keep_going)
        finally:
            halt.set()
            pool.shutdown(wait=True, cancel_futures=True)
    return [_result(pipeline, future) for pipeline, future in zip(pipelines, futures, strict=True)]


def _watch(futures: Iterable[Future[_Done]], stop: Flag, halt: Flag, *, keep_going: bool) -> None:
    pending = set(futures)
    while pending and not halt.is_set():
        done, pending = wait(pending, timeout=_TICK)
        failed = any(future.exception() is not None for future in done)
        if stop.is_set() or (failed and not keep_going):
            halt.set()


def _result(pipeline: Pipeline, future: Future[_Done]) -> PipelineResult:
    try:
        return PipelineResult(pipeline.deployment, outputs=future.result().outputs)
    except (CancelledError, StepStopped):
        return PipelineResult(pipeline.deployment)
    except StepFailed as error:
        return PipelineResult(pipeline.deployment, error=error)


def _one_at_a_time(notify: Observer) -> Observer:
    lock = Lock()

    def notify_alone(event: Event) -> None:
        with lock:
            notify(event)

    return notify_alone


@dataclass(frozen=True, slots=True)
class _Done:
    """A list that ran: what it put out, and where it left off."""

    outputs: Outputs
    context: StepContext


_Key: TypeAlias = tuple[str, ...]


@dataclass(slots=True)
class _Crew:
    """Hands each distinct list to the pool once.

    Builds go first, so that no push waits in the place that its own build needs.
    """

    context: StepContext
    notify: Observer
    policy: Policy
    fingerprints: dict[tuple[int, ...], str] = field(default_factory=dict)

    def submit(self, pipelines: Sequence[Pipeline], pool: ThreadPoolExecutor) -> list[Future[_Done]]:
        keys = [self._keys(each) for each in pipelines]
        served: dict[_Key, list[Pipeline]] = {}
        for (build, push), pipeline in zip(keys, pipelines, strict=True):
            served.setdefault((build,), []).append(pipeline)
            served.setdefault((build, push), []).append(pipeline)
        futures: dict[_Key, Future[_Done]] = {}
        for key in sorted(served, key=len):
            if len(key) == 1:
                futures[key] = pool.submit(self._build, served[key])
            else:
                futures[key] = pool.submit(self._push, served[key], futures[key[:1]])
        return [futures[key] for key in keys]

    def _keys(self, pipeline: Pipeline) -> tuple[str, str]:
        # Most deployments share their lists and their scope: these are looked at once.
        build = (id(pipeline.scope), id(pipeline.build))
        push = (*build, id(pipeline.push))
        if build not in self.fingerprints:
            self.fingerprints[build] = fingerprint(pipeline.build, pipeline.scope)
        if push not in self.fingerprints:
            self.fingerprints[push] = fingerprint(pipeline.push, _after(pipeline))
        return self.fingerprints[build], self.fingerprints[push]

    def _build(self, served: Sequence[Pipeline]) -> _Done:
        context = replace(self.context)
        return self._run("build", served[0].build, served, context, served[0].scope)

    def _push(self, served: Sequence[Pipeline], build: Future[_Done]) -> _Done:
        built = build.result()
        scope = served[0].scope
        scope = replace(scope, outputs={**scope.outputs, **built.outputs})
        done = self._run("push", served[0].push, served, replace(built.context), scope)
        return replace(done, outputs={**built.outputs, **done.outputs})

    def _run(
        self,
        section: str,
        steps: Sequence[Step],
        served: Sequence[Pipeline],
        context: StepContext,
        scope: Scope,
    ) -> _Done:
        outputs = run_steps(
            steps,
            section=section,
            label=_label(section, [each.deployment for each in served]),
            context=context,
            scope=scope,
            notify=self.notify,
            policy=self.policy,
        )
        return _Done(outputs, context)


def _label(section: str, names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    if len(names) <= _NAMED + 1:
        return f"{section}: {', '.join(names[:-1])} and {names[-1]}"
    return f"{section}: {', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"


def fingerprint(steps: Iterable[Step], scope: Scope) -> str:
    """A text that is the same for lists of steps that will do the same.

    Inputs count as they are resolved against *scope*; what only earlier steps can tell counts as
    it was written.
    """
    later: set[str] = set(scope.later)
    listed = []
    for step in steps:
        open_scope = replace(scope, later=frozenset(later), has_open_outputs=True)
        listed.append(_canonical(step, open_scope))
        later |= {step.id} if step.id is not None else set()
    text = json.dumps(listed, sort_keys=True, default=_written)
    return hashlib.sha256(text.encode()).hexdigest()


def _after(pipeline: Pipeline) -> Scope:
    """The scope of push before build ran."""
    ids = {step.id for step in pipeline.build if step.id is not None}
    return replace(pipeline.scope, later=pipeline.scope.later | ids)


def _canonical(step: Step, scope: Scope) -> Sequence[Any]:
    missing: list[Unresolved] = []
    builtin = builtin_of(step.name)
    name = builtin.full_name() if builtin is not None else step.name
    inputs = resolve(step.inputs, scope, missing.append)
    # The text around a value that is not known is in the raw inputs only.
    raw = step.inputs if missing or holds_unknown(inputs) else None
    return [name, step.id, sorted(step.requires), inputs, raw]


def _written(value: Any) -> Any:
    if isinstance(value, Secret):
        return {"secret": hashlib.sha256(value.reveal().encode()).hexdigest()}
    if isinstance(value, Unknown):
        return {"unknown": value.name}
    return dict(value) if isinstance(value, Mapping) else str(value)
