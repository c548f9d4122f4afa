"""Runs of tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from syntask._arguments.inputs import resolved, upstream_of
from syntask._backend.concurrency import reaches_store, slots_of
from syntask._driving.steps import Call, Sleep, Steps
from syntask._engine.execution import NOTHING, Execution
from syntask._exceptions import SerializationError, TaskRunTimeoutError, UpstreamTaskError
from syntask._runs import states
from syntask._runs.context import FlowRunContext, TagsContext, TaskRunContext, current_context
from syntask._runs.logging import RunLogger, task_logger
from syntask._runs.names import custom_name
from syntask._runs.run import TaskRun, new_id
from syntask._runs.settings import is_set, logs_prints, persists_results
from syntask._runs.states import State

if TYPE_CHECKING:
    from syntask._definitions.definition import Definition
    from syntask._definitions.task import Task
    from syntask._results.store import ResultStore
    from syntask_yaml.sdk.slots import Slots


class TaskExecution(Execution):
    """A run of *task*. *upstream* are ids of task runs on which it depends besides those in its inputs."""

    kind = "task"
    timeout_error = TaskRunTimeoutError
    definition: Task[..., Any]
    run: TaskRun

    def __init__(
        self,
        task: Task[..., Any],
        parameters: Mapping[str, Any],
        wait_for: Any = None,
        upstream: tuple[str, ...] = (),
    ) -> None:
        self._flow = FlowRunContext.get()
        self._around = current_context()
        tracker = None if self._flow is None else self._flow.tracker
        super().__init__(task, _new_run(task, self._flow), tracker)
        self.parameters = parameters
        self.wait_for = wait_for
        self.upstream = tuple(dict.fromkeys((*upstream_of(parameters, wait_for), *upstream)))
        self._key: str | None = None
        self._slots: Slots | None = None

    @property
    def logger(self) -> RunLogger:
        return task_logger(self.run, None if self._flow is None else self._flow.flow_run)

    @property
    def parent(self) -> str | None:
        return None if self._flow is None else self._flow.flow_run.as_parent

    def new_context(self) -> TaskRunContext:
        return TaskRunContext(
            self.definition,
            self.run,
            parameters=self.parameters,
            log_prints=logs_prints(self.definition.log_prints, self._flow),
            persist_result=persists_results(self.definition.persist_result, self._around),
        )

    def prepare(self) -> Steps[State[Any] | None]:
        try:
            self.parameters = yield from resolved(self.parameters, self.wait_for)
        except UpstreamTaskError as error:
            self.logger.warning("The task is not run, and a call of it returns None. %s", error)
            return states.Pending(name="NotReady", message=str(error))
        if wanted := self.definition.task_run_name:
            with self.new_context():
                self.run.name = custom_name(wanted, self.parameters, "task_run_name")
        yield from self._take_slots()
        return None

    def steps(self) -> Steps[State[Any]]:
        try:
            return (yield from super().steps())
        finally:
            self._give_back_slots()

    def attempt(self) -> Steps[State[Any]]:
        yield from self._take_slots()
        try:
            return (yield from super().attempt())
        finally:
            self._give_back_slots()

    def _take_slots(self) -> Steps[None]:
        """Wait for a slot of the concurrency limit of each tag, if the store of the run has limits."""
        if self._slots is None and self.tracker is not None and self.run.tags and reaches_store():
            slots = slots_of([f"tag:{tag}" for tag in self.run.tags], 1)
            for pause in slots.attempts():
                yield Sleep(pause)
            self._slots = slots

    def _give_back_slots(self) -> None:
        slots, self._slots = self._slots, None
        if slots is not None:
            slots.give_back()

    def may_retry(self, state: State[Any]) -> Steps[bool]:
        condition = self.definition.retry_condition_fn
        if condition is None:
            return True
        try:
            with self.new_context():
                wanted = yield Call(condition, self.definition, self.run, state)
        except Exception:
            self.logger.exception("`retry_condition_fn` failed, so the task is not retried.")
            return False
        return bool(wanted)

    def found(self) -> State[Any] | None:
        self._key = self._cache_key()
        if self._key is None or _wants_refresh(self.definition):
            return None
        stored = self._store().read(self._key)
        if stored is None:
            return None
        self.returned = stored.value
        state: State[Any] = states.Completed(name="Cached", data=stored.value)
        state.has_result = True
        return state

    def keep(self, state: State[Any]) -> None:
        if self._key is None:
            return
        lifetime = self.definition.cache_expiration
        expires = None if lifetime is None else state.timestamp.timestamp() + lifetime.total_seconds()
        try:
            self._store().write(self._key, state.data, expires=expires)
        except (SerializationError, OSError) as error:
            text = "The result was not kept, and the task runs again the next time. %s"
            hint = ' Set `result_serializer="pickle"` on the task.' if "JSON" in str(error) else ""
            self.logger.warning(text, f"{error}{hint}")

    def _cache_key(self) -> str | None:
        """Return the cache key of the result; None if it is not cached."""
        if not persists_results(self.definition.persist_result, self._around):
            return None
        context = self.new_context()
        flow_parameters = {} if self._flow is None else self._flow.parameters
        with context:
            try:
                if (wanted := self.definition.result_storage_key) is not None:
                    return _storage_key(wanted, self.parameters)
                return self.definition.cache_policy.compute_key(
                    context, dict(self.parameters), flow_parameters
                )
            except Exception:
                self.logger.exception("The cache key could not be computed, so the result is not stored.")
                return None

    def _store(self) -> ResultStore:
        from syntask._results.store import ResultStore

        said_by: list[Definition[..., Any]] = (
            [self.definition] if self._flow is None else [self.definition, self._flow.flow]
        )
        folder = next((each.result_storage for each in said_by if each.result_storage), None)
        serializer = next((each.result_serializer for each in said_by if each.result_serializer), "json")
        return ResultStore(folder, serializer)

    def mark(self, state: State[Any]) -> None:
        state.state_details.task_run_id = self.run.id
        state.state_details.flow_run_id = self.run.flow_run_id
        state.state_details.cache_key = self._key

    def outcome(self) -> Any:
        if self.returned is not NOTHING:
            return self.returned
        if self.raised is not None:
            raise self.raised
        return None


def _new_run(task: Task[..., Any], flow: FlowRunContext | None) -> TaskRun:
    run = None if flow is None else flow.flow_run
    return TaskRun(
        new_id(),
        task.name if run is None else f"{task.name}-{run.next_call(task.name):03d}",
        task.tags | TagsContext.get().current_tags,
        task_name=task.name,
        task_key=task.task_key,
        flow_run_id=None if run is None else run.id,
    )


def _wants_refresh(task: Task[..., Any]) -> bool:
    return is_set("TASKS_REFRESH_CACHE") if task.refresh_cache is None else task.refresh_cache


def _storage_key(template: str, parameters: Mapping[str, Any]) -> str:
    from syntask import runtime

    return template.format(
        flow_run=runtime.flow_run,
        task_run=runtime.task_run,
        deployment=runtime.deployment,
        parameters=parameters,
    )
