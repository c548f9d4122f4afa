"""Errors that are no `Exception`, errors that are odd, and what they leave behind."""

import sys
import threading

from _observing import error_class, shown
from syntask import flow, task


def _raised_by_task(error):
    """The state that the task saw, and the error that the flow ends with."""
    seen = []

    @task(on_failure=[lambda task, run, state: seen.append(shown(state))])
    def one():
        raise error

    @flow
    def main():
        one()

    return [error_class(main), seen]


def _raised_by_flow(error):
    seen = []

    @flow(on_failure=[lambda flow, run, state: seen.append(shown(state))],
          on_crashed=[lambda flow, run, state: seen.append(shown(state))])  # fmt: skip
    def main():
        raise error

    return [error_class(main), seen]


def keyboard_interrupt_in_a_task():
    return _raised_by_task(KeyboardInterrupt())


def system_exit_in_a_task():
    return _raised_by_task(SystemExit(1))


def generator_exit_in_a_task():
    return _raised_by_task(GeneratorExit())


def own_base_exception_in_a_task():
    class Own(BaseException):
        pass

    return _raised_by_task(Own())


def keyboard_interrupt_in_a_flow():
    return _raised_by_flow(KeyboardInterrupt())


def system_exit_in_a_flow():
    return _raised_by_flow(SystemExit(1))


def system_exit_of_zero_in_a_flow():
    return _raised_by_flow(SystemExit(0))


def interrupted_task_is_not_tried_again():
    calls = []

    @task(retries=2)
    def one():
        calls.append(1)
        raise KeyboardInterrupt

    @flow
    def main():
        one()

    return [error_class(main), len(calls)]


def system_exit_in_a_task_with_retries():
    calls = []

    @task(retries=1)
    def one():
        calls.append(1)
        sys.exit(1)

    @flow
    def main():
        one()

    return [error_class(main), len(calls)]


def system_exit_in_a_flow_with_retries():
    calls = []

    @flow(retries=1)
    def main():
        calls.append(1)
        sys.exit(1)

    return [error_class(main), len(calls)]


def system_exit_in_a_submitted_task():
    @task
    def one():
        sys.exit(3)

    @flow
    def main():
        future = one.submit()
        return error_class(future.result)

    return main()


def return_state_of_an_interrupted_flow():
    @flow
    def main():
        raise KeyboardInterrupt

    return error_class(main, return_state=True)


def error_that_cannot_be_pickled():
    class Own(Exception):
        def __init__(self, lock):
            super().__init__("locked")
            self.lock = lock

    @task
    def one():
        raise Own(threading.Lock())

    @flow
    def main():
        state = one(return_state=True)
        return [shown(state), type(state.result(raise_on_failure=False)).__name__]

    return main()


def error_that_cannot_be_pickled_with_persistence():
    class Own(Exception):
        def __init__(self, lock):
            super().__init__("locked")
            self.lock = lock

    @task(persist_result=True)
    def one():
        raise Own(threading.Lock())

    @flow
    def main():
        return shown(one(return_state=True))

    return main()


def result_that_cannot_be_pickled():
    @task
    def one():
        return threading.Lock()

    @flow
    def main():
        return type(one()).__name__

    return main()


def error_whose_text_raises():
    class Own(Exception):
        def __str__(self):
            raise RuntimeError("no text")

    @task
    def one():
        raise Own

    @flow
    def main():
        one()

    try:
        main()
    except Exception as error:
        return type(error).__name__


def error_without_arguments():
    class Own(Exception):
        def __init__(self, one, two):
            super().__init__()

    @task
    def one():
        raise Own(1, 2)

    @flow
    def main():
        state = one(return_state=True)
        return [shown(state), "Own" in state.message]

    return main()


def error_keeps_its_cause():
    @task
    def one():
        try:
            raise KeyError("cause")
        except KeyError as error:
            raise ValueError("no") from error

    @flow
    def main():
        try:
            one()
        except ValueError as error:
            return repr(error.__cause__)

    return main()


def exception_group():
    @task
    def one():
        raise ExceptionGroup("many", [ValueError("a"), TypeError("b")])

    @flow
    def main():
        try:
            one()
        except* ValueError as group:
            found = [str(error) for error in group.exceptions]
        except* TypeError:
            pass
        return found

    return main()


def error_is_the_same_object():
    raised = ValueError("no")

    @task
    def one():
        raise raised

    @flow
    def main():
        try:
            one()
        except ValueError as error:
            return error is raised

    return main()


def stop_iteration_in_a_task():
    return _raised_by_task(StopIteration())


def assertion_error_in_a_task():
    return _raised_by_task(AssertionError("no"))


def flows_run_after_an_interrupted_one():
    @flow
    def broken():
        raise KeyboardInterrupt

    @flow
    def main():
        return 1

    return [error_class(broken), main()]


def abort_of_a_task():
    from syntask.exceptions import Abort

    @task
    def one():
        raise Abort("enough")

    @flow
    def main():
        return error_class(one)

    return main()
