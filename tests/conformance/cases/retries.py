"""How often tasks and flows are tried again, after which delays, and under which condition."""

import time

from _observing import error_class, error_of, log_lines, shown
from syntask import flow, task


class _Attempts:
    """A function that fails *failures* times, and knows when it was called."""

    def __init__(self, failures, error=None):
        self._failures = failures
        self._error = error or ValueError("no")
        self.times = []

    def __call__(self):
        self.times.append(time.monotonic())
        if len(self.times) <= self._failures:
            raise self._error
        return len(self.times)

    def waited(self, *seconds):
        """Whether each attempt came at least that long after the one before.

        The clock by which they are planned is another one than the clock by which they are measured.
        """
        waits = [after - before for before, after in zip(self.times, self.times[1:], strict=False)]
        return [wait >= 0.9 * wanted for wait, wanted in zip(waits, seconds, strict=True)]


def _run_task(attempts, **options):
    """The state of a task that is those attempts, and how often it was tried."""

    @task(**options)
    def attempt():
        return attempts()

    @flow
    def main():
        state = attempt(return_state=True)
        return [shown(state), len(attempts.times)]

    return main()


def _run_flow(attempts, **options):
    """The state of a flow that is those attempts, and how often it was tried."""

    @flow(**options)
    def main():
        return attempts()

    state = main(return_state=True)
    return [shown(state), len(attempts.times)]


def task_without_retries_is_tried_once():
    return _run_task(_Attempts(1))


def task_succeeds_at_its_last_attempt():
    return _run_task(_Attempts(2), retries=2)


def task_has_no_attempts_left():
    return _run_task(_Attempts(9), retries=2)


def task_has_a_result_after_retries():
    attempts = _Attempts(1)

    @task(retries=1)
    def attempt():
        return attempts()

    @flow
    def main():
        return attempt()

    return main()


def task_raises_the_last_error():
    attempts = _Attempts(9, KeyError("left"))

    @task(retries=1)
    def attempt():
        return attempts()

    @flow
    def main():
        return error_of(attempt)

    return main()


def flow_succeeds_at_its_last_attempt():
    return _run_flow(_Attempts(1), retries=1)


def flow_has_no_attempts_left():
    return _run_flow(_Attempts(9), retries=1)


def flow_retry_runs_its_tasks_again():
    calls = []
    attempts = _Attempts(1)

    @task
    def count():
        calls.append(1)

    @flow(retries=1)
    def main():
        count()
        return attempts()

    return [main(), len(calls)]


def failing_task_makes_the_flow_try_again():
    attempts = _Attempts(1)

    @task
    def attempt():
        return attempts()

    @flow(retries=1)
    def main():
        return attempt()

    return main()


def tasks_and_flows_multiply_attempts():
    attempts = _Attempts(3)

    @task(retries=1)
    def attempt():
        return attempts()

    @flow(retries=1)
    def main():
        return attempt()

    return main()


def delay_is_a_number():
    attempts = _Attempts(2)
    _run_task(attempts, retries=2, retry_delay_seconds=0.03)
    return attempts.waited(0.03, 0.03)


def delay_is_a_list():
    attempts = _Attempts(2)
    _run_task(attempts, retries=2, retry_delay_seconds=[0.01, 0.05])
    return attempts.waited(0.01, 0.05)


def last_delay_of_a_short_list_repeats():
    attempts = _Attempts(3)
    state = _run_task(attempts, retries=3, retry_delay_seconds=[0.01, 0.04])
    return state, attempts.waited(0.01, 0.04, 0.04)


def delay_is_a_function_of_the_retries():
    asked = []

    def delays(retries):
        asked.append(retries)
        return [0.01, 0.04]

    attempts = _Attempts(2)
    _run_task(attempts, retries=2, retry_delay_seconds=delays)
    return [asked, attempts.waited(0.01, 0.04)]


def exponential_backoff_doubles():
    from syntask.tasks import exponential_backoff

    return exponential_backoff(backoff_factor=10)(4)


def exponential_backoff_is_a_delay():
    from syntask.tasks import exponential_backoff

    attempts = _Attempts(2)
    _run_task(attempts, retries=2, retry_delay_seconds=exponential_backoff(backoff_factor=0.02))
    return attempts.waited(0.02, 0.04)


def exponential_backoff_of_a_negative_factor():
    from syntask.tasks import exponential_backoff

    return exponential_backoff(backoff_factor=-1)(3)


def flow_delay_is_a_number():
    attempts = _Attempts(1)
    _run_flow(attempts, retries=1, retry_delay_seconds=0.04)
    return attempts.waited(0.04)


def jitter_does_not_change_the_attempts():
    return _run_task(_Attempts(2), retries=2, retry_delay_seconds=0.01, retry_jitter_factor=0.5)


def negative_jitter_is_refused():
    return error_class(task, lambda: None, retry_jitter_factor=-1)


def fifty_delays_are_the_most():
    return [
        error_class(task, lambda: None, retries=50, retry_delay_seconds=[1] * 50),
        error_class(task, lambda: None, retries=51, retry_delay_seconds=[1] * 51),
    ]


def condition_ends_the_attempts():
    seen = []

    def ask(task, run, state):
        seen.append(
            [type(task).__name__, state.type.value, type(state.result(raise_on_failure=False)).__name__]
        )
        return len(seen) < 2

    return [_run_task(_Attempts(9), retries=5, retry_condition_fn=ask), seen]


def condition_looks_at_the_error():
    def is_value_error(task, run, state):
        try:
            state.result()
        except ValueError:
            return True
        except Exception:
            return False

    options = {"retries": 2, "retry_condition_fn": is_value_error}
    return [_run_task(_Attempts(9), **options), _run_task(_Attempts(9, KeyError("other")), **options)]


def condition_that_raises_ends_the_attempts():
    def ask(task, run, state):
        raise RuntimeError("condition")

    return _run_task(_Attempts(9), retries=2, retry_condition_fn=ask)


def condition_without_retries_is_not_asked():
    asked = []
    state = _run_task(_Attempts(9), retry_condition_fn=lambda task, run, state: asked.append(1) or True)
    return [state, asked]


def condition_that_is_no_function_is_refused():
    return error_class(task, lambda: None, retry_condition_fn="no")


def retries_are_logged():
    with log_lines() as lines:
        _run_task(_Attempts(1), retries=1)
    return [line.split()[0] for line in lines if "ValueError('no')" in line]


def flow_retries_are_logged():
    with log_lines() as lines:
        _run_flow(_Attempts(1), retries=1)
    return any("ValueError('no')" in line for line in lines)


def run_count_is_that_of_the_attempt():
    from syntask.runtime import task_run

    counts = []

    @task(retries=2)
    def attempt():
        counts.append(task_run.run_count)
        if len(counts) < 3:
            raise ValueError("no")

    @flow
    def main():
        attempt()

    main()
    return counts


def flow_run_count_is_that_of_the_attempt():
    from syntask.runtime import flow_run

    counts = []

    @flow(retries=1)
    def main():
        counts.append(flow_run.run_count)
        if len(counts) < 2:
            raise ValueError("no")

    main()
    return counts


def submitted_task_is_tried_again():
    attempts = _Attempts(1)

    @task(retries=1)
    def attempt():
        return attempts()

    @flow
    def main():
        return attempt.submit().result()

    return main()


def with_options_changes_retries():
    attempts = _Attempts(1)

    @task
    def attempt():
        return attempts()

    @flow
    def main():
        return attempt.with_options(retries=1)()

    return main()


def async_task_is_tried_again():
    import asyncio

    attempts = _Attempts(1)

    @task(retries=1, retry_delay_seconds=0.01)
    async def attempt():
        return attempts()

    @flow
    async def main():
        return await attempt()

    return asyncio.run(main())


def retry_of_a_task_that_times_out_in_a_thread():
    attempts = _Attempts(0)

    @task(retries=1, timeout_seconds=0.05)
    def slow():
        attempts()
        if len(attempts.times) == 1:
            time.sleep(0.5)
        return len(attempts.times)

    @flow
    def main():
        return slow.submit().result()

    return main()


def negative_retries():
    return _run_task(_Attempts(1), retries=-1)


def retries_of_none():
    return _run_task(_Attempts(1), retries=None)


def delay_of_zero_in_a_list():
    return _run_task(_Attempts(2), retries=2, retry_delay_seconds=[0, 0])


def empty_list_of_delays():
    return error_class(_run_task, _Attempts(1), retries=1, retry_delay_seconds=[])


def delay_function_gives_a_number():
    return error_class(_run_task, _Attempts(1), retries=1, retry_delay_seconds=lambda retries: 0)


def flow_delay_is_a_list():
    return error_class(_run_flow, _Attempts(1), retries=1, retry_delay_seconds=[0.01])


def mapped_tasks_are_tried_again_each():
    calls = []

    @task(retries=1)
    def odd(x):
        calls.append(x)
        if x % 2 and calls.count(x) == 1:
            raise ValueError("no")
        return x

    @flow
    def main():
        return odd.map([0, 1, 2]).result()

    return [main(), sorted(calls)]


def state_while_a_retry_is_awaited():
    names = []

    @task(retries=1, on_running=[lambda task, run, state: names.append([state.name, run.state.name])])
    def attempt():
        return attempts()

    attempts = _Attempts(1)

    @flow
    def main():
        attempt()

    main()
    return names


def arguments_are_the_same_at_each_attempt():
    seen = []

    @task(retries=1)
    def attempt(items):
        seen.append(list(items))
        items.append(1)
        if len(seen) == 1:
            raise ValueError("no")

    @flow
    def main():
        attempt([])

    main()
    return seen


def error_of_a_retried_flow_is_the_last():
    errors = [KeyError("first"), ValueError("last")]

    @flow(retries=1)
    def main():
        raise errors.pop(0)

    return error_of(main)


def condition_is_asked_for_each_failure():
    seen = []

    def ask(task, run, state):
        seen.append(run.run_count)
        return True

    _run_task(_Attempts(9), retries=3, retry_condition_fn=ask)
    return seen


def async_condition():
    async def ask(task, run, state):
        return False

    return _run_task(_Attempts(9), retries=2, retry_condition_fn=ask)


def subflow_and_parent_multiply_attempts():
    attempts = _Attempts(3)

    @flow(retries=1)
    def child():
        return attempts()

    @flow(retries=1)
    def main():
        return child()

    return main()


def generator_flow_is_not_tried_again_after_its_first():
    calls = []

    @flow(retries=1)
    def main():
        calls.append(1)
        yield len(calls)
        if len(calls) == 1:
            raise ValueError("no")

    return [error_class(lambda: list(main())), len(calls)]
