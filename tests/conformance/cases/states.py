"""States as values."""

from _observing import error_class, error_of
from syntask import State, flow, states, task
from syntask.states import (
    Cancelled,
    Cancelling,
    Completed,
    Crashed,
    Failed,
    Paused,
    Pending,
    Running,
    Scheduled,
)

_MAKERS = (Scheduled, Pending, Running, Completed, Failed, Crashed, Cancelling, Cancelled)
_QUESTIONS = (
    "scheduled", "pending", "running", "completed", "failed", "crashed", "cancelled", "cancelling",
    "final", "paused",
)  # fmt: skip


def types_and_names():
    return [[make().type.value, make().name, make().message] for make in _MAKERS]


def questions():
    return {
        make.__name__: [name for name in _QUESTIONS if getattr(make(), f"is_{name}")()] for make in _MAKERS
    }


def paused():
    state = Paused()
    return [state.type.value, state.name, state.is_paused(), state.is_final()]


def named_states():
    found = [states.Retrying(), states.AwaitingRetry(), states.Late()]
    return [[state.type.value, state.name] for state in found]


def own_name_and_message():
    state = Completed(name="Skipped", message="nothing to do")
    return [state.type.value, state.name, state.message]


def result_of_a_completed_state():
    return Completed(data=5).result()


def result_without_data():
    return error_class(Completed().result)


def result_of_a_failed_state():
    return [error_of(Failed(data=ValueError("no")).result), error_class(Failed().result)]


def result_of_a_failed_state_with_text():
    return error_of(Failed(data="text").result)


def result_of_a_failed_state_that_does_not_raise():
    return repr(Failed(data=ValueError("no")).result(raise_on_failure=False))


def result_of_a_crashed_state():
    return [error_of(Crashed(data=ValueError("no")).result), error_class(Crashed().result)]


def result_of_a_cancelled_state():
    return error_class(Cancelled().result)


def result_of_an_unfinished_state():
    return [error_class(make().result) for make in (Pending, Running, Scheduled)]


def failed_state_with_a_message_raises_it():
    return error_of(Failed(message="as planned").result)


def state_of_a_type():
    state = State(type="COMPLETED")
    return [state.type.value, state.name]


def state_of_an_unknown_type():
    try:
        State(type="DONE")
    except ValueError:
        return "refused"


def timestamp_has_a_zone():
    return Completed().timestamp.tzinfo is not None


def state_has_an_id():
    return [len(str(Completed().id)), Completed().id == Completed().id]


def text_of_a_state():
    return [str(Completed()), str(Failed(message="no")), str(Completed(name="Half", message="some"))]


def types_are_text():
    kind = type(Completed().type)
    return [kind.COMPLETED == "COMPLETED", Completed().type is kind.COMPLETED, sorted(kind.__members__)]


def states_of_flows_and_tasks_are_states():
    @task
    def one():
        pass

    @flow
    def main():
        return isinstance(one(return_state=True), State)

    return [main(), isinstance(main(return_state=True), State)]


def timestamps_come_in_order():
    @task
    def one():
        pass

    @flow
    def main():
        first, second = one(return_state=True), one(return_state=True)
        return first.timestamp <= second.timestamp

    return main()


def raise_state_exception():
    from syntask.states import raise_state_exception

    return [
        error_of(raise_state_exception, Failed(data=ValueError("no"))),
        error_of(raise_state_exception, Completed()),
    ]


def errors_have_one_ancestor():
    from syntask import exceptions

    names = (
        "MissingContextError", "ParameterTypeError", "ParameterBindError", "ReservedArgumentError",
        "MappingLengthMismatch", "MappingMissingIterable", "FailedRun", "CrashedRun", "CancelledRun",
        "UnfinishedRun",
    )  # fmt: skip
    return [issubclass(getattr(exceptions, name), Exception) for name in names]
