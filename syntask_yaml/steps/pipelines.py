"""Run the steps of many deployments: equal lists once, different ones in parallel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from queue import Empty, SimpleQueue
from threading import Event as Flag
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from syntask_yaml.errors import StepFailed
from syntask_yaml.model.events import Counted, Event, Observer
from syntask_yaml.model.step import Step
from syntask_yaml.steps.base import PLAIN, Outputs, Policy, StepContext, StepStopped
from syntask_yaml.steps.fingerprint import steps_fingerprint
from syntask_yaml.steps.runner import run_steps
from syntask_yaml.stopping import TICK
from syntask_yaml.template import Scope

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

_NAMED = 2


class Pipeline(NamedTuple):
    """The steps of a *deployment*, and the scope of their templates."""

    deployment: str
    build: tuple[Step, ...]
    push: tuple[Step, ...]
    scope: Scope


class PipelineResult(NamedTuple):
    """The result of a pipeline: its *outputs*, or the *error* of one of its steps.

    With neither, it was stopped or not started, because another pipeline failed.
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
    """Run the pipelines, at most *jobs* lists at a time, and return their results in order.

    Each starts in `context.directory`. Lists with equal inputs, resolved as far as possible in advance, run
    once. Push starts in the final directory of build. Unless *keep_going*, the first failure stops the
    others. Ctrl-C and `context.stop` stop running steps immediately.
    """
    from concurrent.futures import ThreadPoolExecutor  # few projects have such steps

    halt = Flag()
    lists = _ListRunner(replace(context, stop=halt), _one_at_a_time(notify), policy, keep_going)
    with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="steps") as pool:
        try:
            schedule = _Schedule(pipelines, lists, pool)
            while schedule.running and not halt.is_set():
                schedule.advance()
                if context.stop.is_set():
                    halt.set()
        finally:
            halt.set()
            pool.shutdown(wait=True, cancel_futures=True)
    return [schedule.result(pipeline) for pipeline in pipelines]


def _one_at_a_time(notify: Observer) -> Observer:
    lock = Lock()

    def notify_alone(event: Event) -> None:
        with lock:
            notify(event)

    return notify_alone


class _Done(NamedTuple):
    """A finished list: its outputs, and its final directory."""

    outputs: Outputs
    context: StepContext


# The fingerprint of a build list, or those of a build list and the push list after it.
_Key: TypeAlias = tuple[str, ...]


class _Schedule:
    """The schedule of the lists: each distinct one runs once, and a push list after its build list."""

    def __init__(self, pipelines: Sequence[Pipeline], lists: _ListRunner, pool: ThreadPoolExecutor) -> None:
        self._lists = lists
        self._pool = pool
        self._keys = _Keys()
        self._served: dict[_Key, list[Pipeline]] = {}
        self._pushes: dict[_Key, list[_Key]] = {}
        self._futures: dict[_Key, Future[_Done]] = {}
        self._ended: SimpleQueue[_Key] = SimpleQueue()
        self.running = 0
        self._ended_with_steps = 0
        for pipeline in pipelines:
            self._note(pipeline)
        self._with_steps = sum(map(self._has_steps, self._served))
        self._tell()
        for build in self._pushes:
            self._start(build, pool.submit(lists.build, self._served[build]))

    def _note(self, pipeline: Pipeline) -> None:
        push = self._keys.of(pipeline)
        build = push[:1]
        self._served.setdefault(build, []).append(pipeline)
        if push not in self._served:
            self._served[push] = []
            self._pushes.setdefault(build, []).append(push)
        self._served[push].append(pipeline)

    def _start(self, key: _Key, future: Future[_Done]) -> None:
        self.running += 1
        self._futures[key] = future
        future.add_done_callback(lambda _future: self._ended.put(key))

    def advance(self) -> None:
        """Wait briefly for a list to end, and start the lists that depend on it."""
        try:
            key = self._ended.get(timeout=TICK)
        except Empty:
            return
        self.running -= 1
        if self._has_steps(key):
            self._ended_with_steps += 1
            self._tell()
        if self._futures[key].exception() is None:
            done = self._futures[key].result()
            for push in self._pushes.get(key, ()):
                self._start(push, self._pool.submit(self._lists.push, self._served[push], done))

    def _has_steps(self, key: _Key) -> bool:
        first = self._served[key][0]
        return bool(first.build if len(key) == 1 else first.push)

    def _tell(self) -> None:
        """Notify of the number of finished lists with steps."""
        self._lists.notify(Counted("Lists of steps", self._ended_with_steps, self._with_steps))

    def result(self, pipeline: Pipeline) -> PipelineResult:
        """Return the result of a pipeline after all lists have ended."""
        from concurrent.futures import CancelledError

        push = self._keys.of(pipeline)
        future = self._futures[push[:1]]
        try:
            future.result()
            return PipelineResult(pipeline.deployment, outputs=self._futures[push].result().outputs)
        except (CancelledError, KeyError, StepStopped):
            return PipelineResult(pipeline.deployment)
        except StepFailed as error:
            return PipelineResult(pipeline.deployment, error=error)


@dataclass(slots=True)
class _Keys:
    """The keys of pipelines. Lists and scopes that pipelines share are processed once."""

    _known: dict[tuple[int, ...], str] = field(default_factory=dict)

    def of(self, pipeline: Pipeline) -> _Key:
        build = (id(pipeline.scope), id(pipeline.build))
        push = (*build, id(pipeline.push))
        if push not in self._known:
            self._known[build] = steps_fingerprint(pipeline.build, pipeline.scope)
            self._known[push] = steps_fingerprint(pipeline.push, _after(pipeline))
        return self._known[build], self._known[push]


@dataclass(frozen=True, slots=True)
class _ListRunner:
    """Runs one list for all its deployments."""

    context: StepContext
    notify: Observer
    policy: Policy
    keep_going: bool

    def build(self, served: Sequence[Pipeline]) -> _Done:
        first = served[0]
        return self._run("build", first.build, served, replace(self.context), first.scope)

    def push(self, served: Sequence[Pipeline], built: _Done) -> _Done:
        first = served[0]
        scope = replace(first.scope, outputs={**first.scope.outputs, **built.outputs})
        done = self._run("push", first.push, served, replace(built.context), scope)
        kept = _ids(first.build) - _ids(first.push)
        own = {name: value for name, value in done.outputs.items() if name not in kept}
        return done._replace(outputs={**built.outputs, **own})

    def _run(
        self,
        section: str,
        steps: Sequence[Step],
        served: Sequence[Pipeline],
        context: StepContext,
        scope: Scope,
    ) -> _Done:
        try:
            outputs = run_steps(
                steps,
                section=section,
                label=_label(section, [each.deployment for each in served]),
                context=context,
                scope=scope,
                notify=self.notify,
                policy=self.policy,
            )
        except BaseException:
            # Before the pool assigns the next list to this thread.
            if not self.keep_going:
                self.context.stop.set()
            raise
        return _Done(outputs, context)


def _label(section: str, names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    if len(names) <= _NAMED + 1:
        return f"{section}: {', '.join(names[:-1])} and {names[-1]}"
    return f"{section}: {', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"


def _after(pipeline: Pipeline) -> Scope:
    """Return the scope of push before build ran."""
    return replace(pipeline.scope, later=pipeline.scope.later | _ids(pipeline.build))


def _ids(steps: Sequence[Step]) -> set[str]:
    return {step.id for step in steps if step.id is not None}
