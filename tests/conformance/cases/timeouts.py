"""What ends after `timeout_seconds`, and how."""

import asyncio
import threading
import time

from _observing import error_class, shown
from syntask import flow, task


def _nap(seconds=2.0):
    """Sleep in small pieces, so that whoever ends it does not wait."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.005)


def task_in_the_main_thread():
    @task(timeout_seconds=0.05)
    def slow():
        _nap()

    @flow
    def main():
        state = slow(return_state=True)
        return [shown(state), "0.05 second" in state.message]

    return main()


def task_that_is_quick_enough():
    @task(timeout_seconds=5)
    def quick():
        return 1

    @flow
    def main():
        return quick()

    return main()


def task_error_is_a_timeout_error():
    @task(timeout_seconds=0.05)
    def slow():
        _nap()

    @flow
    def main():
        try:
            slow()
        except TimeoutError as error:
            return type(error).__name__

    return main()


def one_sleep_is_interrupted():
    slept = []

    @task(timeout_seconds=0.05)
    def slow():
        time.sleep(2)
        slept.append(1)

    @flow
    def main():
        return slow(return_state=True).name

    return [main(), slept]


def task_in_a_thread():
    @task(timeout_seconds=0.05)
    def slow():
        _nap()

    @flow
    def main():
        state = slow.submit()
        state.wait()
        return [shown(state.state), "0.05 second" in state.state.message]

    return main()


def async_task():
    @task(timeout_seconds=0.05)
    async def slow():
        await asyncio.sleep(2)

    @flow
    async def main():
        state = await slow(return_state=True)
        return [shown(state), "0.05 second" in state.message]

    return asyncio.run(main())


def sync_flow():
    @flow(timeout_seconds=0.05)
    def main():
        _nap()

    state = main(return_state=True)
    return [shown(state), "0.05 second" in state.message]


def async_flow():
    @flow(timeout_seconds=0.05)
    async def main():
        await asyncio.sleep(2)

    state = asyncio.run(main(return_state=True))
    return [shown(state), "0.05 second" in state.message]


def flow_error_names_what_was_too_slow():
    @flow(timeout_seconds=0.05)
    def main():
        _nap()

    return error_class(main)


def flow_ends_the_task_that_is_running():
    seen = []

    @task
    def slow():
        try:
            _nap()
        except BaseException as error:
            seen.append(isinstance(error, Exception))
            raise

    @flow(timeout_seconds=0.1)
    def main():
        slow()

    state = main(return_state=True)
    return [shown(state), seen]


def inner_timeout_leaves_the_outer_flow_alone():
    @task(timeout_seconds=0.05)
    def slow():
        _nap()

    @flow(timeout_seconds=5)
    def main():
        return slow(return_state=True).name

    return main()


def outer_timeout_is_not_lost_after_an_inner_one():
    @task(timeout_seconds=0.02)
    def slow():
        _nap()

    @flow(timeout_seconds=0.3)
    def main():
        slow(return_state=True)
        _nap()

    state = main(return_state=True)
    return shown(state)


def subflow_in_time_of_its_own():
    @flow(timeout_seconds=0.05)
    def child():
        _nap()

    @flow
    def main():
        return shown(child(return_state=True))

    return main()


def flow_in_a_thread():
    @flow(timeout_seconds=0.05)
    def main():
        _nap()

    found = []
    thread = threading.Thread(target=lambda: found.append(shown(main(return_state=True))))
    thread.start()
    thread.join()
    return found


def timed_out_task_is_tried_again():
    calls = []

    @task(retries=1, timeout_seconds=0.05)
    def slow():
        calls.append(1)
        if len(calls) == 1:
            _nap()
        return len(calls)

    @flow
    def main():
        return slow()

    return main()


def each_attempt_has_the_whole_time():
    calls = []

    @task(retries=1, timeout_seconds=0.3)
    def slow():
        calls.append(1)
        time.sleep(0.2)
        if len(calls) == 1:
            raise ValueError("no")
        return "in time"

    @flow
    def main():
        return slow()

    return main()


def cleanup_runs():
    cleaned = []

    @task(timeout_seconds=0.05)
    def slow():
        try:
            _nap()
        finally:
            cleaned.append(1)

    @flow
    def main():
        slow(return_state=True)

    main()
    return cleaned


def own_timeout_error_is_a_failure_like_others():
    @task
    def fails():
        raise TimeoutError("mine")

    @flow
    def main():
        state = fails(return_state=True)
        return [shown(state), "mine" in state.message]

    return main()


def own_timeout_error_under_a_timeout():
    @task(timeout_seconds=5)
    def fails():
        raise TimeoutError("mine")

    @flow
    def main():
        state = fails(return_state=True)
        return shown(state)

    return main()


def is_a_number_of_seconds():
    @task(timeout_seconds=3)
    def quick():
        pass

    @flow(timeout_seconds=3)
    def main():
        pass

    return [quick.timeout_seconds, main.timeout_seconds]
