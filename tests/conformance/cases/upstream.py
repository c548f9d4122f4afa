"""What becomes of tasks whose upstream failed, and of tasks that wait for others."""

import time

from _observing import error_class, shown
from syntask import allow_failure, flow, task


@task
def fail():
    raise ValueError("no")


@task
def take(value=None):
    return repr(value)


@task
def one():
    return 1


def _in_flow(body):
    @flow
    def main():
        return body()

    return main()


def task_after_a_failure_does_not_run():
    def body():
        state = take.submit(fail.submit(), return_state=True)
        return [shown(state), state.is_final()]

    return _in_flow(body)


def result_after_a_failure():
    return _in_flow(lambda: error_class(take.submit(fail.submit()).result))


def failure_deep_in_an_argument():
    return _in_flow(lambda: shown(take.submit({"deep": [fail.submit()]}, return_state=True)))


def failure_spreads_over_two_tasks():
    return _in_flow(lambda: shown(take.submit(take.submit(fail.submit()), return_state=True)))


def called_task_after_a_failed_future():
    return _in_flow(lambda: shown(take(fail.submit(), return_state=True)))


def called_task_after_a_failed_future_gives():
    return _in_flow(lambda: repr(type(take(fail.submit()))))


def failed_state_as_an_argument():
    return _in_flow(lambda: shown(take(fail(return_state=True), return_state=True)))


def allow_failure_of_a_future():
    return _in_flow(lambda: take(allow_failure(fail.submit())))


def allow_failure_of_a_state():
    return _in_flow(lambda: take(allow_failure(fail(return_state=True))))


def allow_failure_of_a_success():
    return _in_flow(lambda: take(allow_failure(one.submit())))


def allow_failure_of_a_value():
    return _in_flow(lambda: take(allow_failure(5)))


def allow_failure_deep_in_an_argument():
    return _in_flow(lambda: take([allow_failure(fail.submit()), 1]))


def wait_for_is_an_order():
    order = []

    @task
    def first():
        time.sleep(0.04)
        order.append("first")

    @task
    def second():
        order.append("second")

    def body():
        second.submit(wait_for=[first.submit()]).wait()

    _in_flow(body)
    return order


def wait_for_is_an_order_of_calls_too():
    order = []

    @task
    def first():
        time.sleep(0.04)
        order.append("first")

    @task
    def second():
        order.append("second")

    _in_flow(lambda: second(wait_for=[first.submit()]))
    return order


def wait_for_a_failure():
    return _in_flow(lambda: shown(one.submit(wait_for=[fail.submit()], return_state=True)))


def wait_for_an_allowed_failure():
    return _in_flow(lambda: shown(one.submit(wait_for=[allow_failure(fail.submit())], return_state=True)))


def wait_for_a_failed_state():
    return _in_flow(lambda: shown(one.submit(wait_for=[fail(return_state=True)], return_state=True)))


def wait_for_one_future_without_a_list():
    return _in_flow(lambda: shown(one.submit(wait_for=one.submit(), return_state=True)))


def wait_for_in_a_map():
    order = []

    @task
    def first():
        time.sleep(0.03)
        order.append("first")

    @task
    def second(x):
        order.append("second")

    _in_flow(lambda: second.map([1, 2], wait_for=[first.submit()]).wait())
    return order


def wait_for_of_a_subflow():
    order = []

    @task
    def first():
        time.sleep(0.03)
        order.append("first")

    @flow
    def child():
        order.append("child")

    _in_flow(lambda: child(wait_for=[first.submit()]))
    return order


def subflow_after_a_failure():
    @flow
    def child(x):
        return x

    return _in_flow(lambda: shown(child(fail.submit(), return_state=True)))


def map_over_futures_of_which_one_failed():
    @task
    def even(x):
        if x % 2:
            raise ValueError("odd")
        return x

    def body():
        futures = take.map(even.map([0, 1, 2]))
        futures.wait()
        return [shown(future.state) for future in futures]

    return _in_flow(body)


def not_ready_task_is_not_tried_again():
    calls = []

    @task(retries=2)
    def again(value):
        calls.append(1)

    return [_in_flow(lambda: shown(again.submit(fail.submit(), return_state=True))), calls]


def flow_that_returns_a_task_that_was_not_ready():
    @flow
    def main():
        return take.submit(fail.submit())

    return shown(main(return_state=True))


def allow_failure_of_a_task_that_was_not_ready():
    return _in_flow(lambda: take(allow_failure(take.submit(fail.submit()))))


def submitted_allow_failure_of_a_task_that_was_not_ready():
    return _in_flow(lambda: take.submit(allow_failure(take.submit(fail.submit()))).result())


def allow_failure_of_a_state_that_was_not_ready():
    def body():
        state = take(allow_failure(take(fail(return_state=True), return_state=True)), return_state=True)
        return [shown(state), type(state.result(raise_on_failure=False)).__name__]

    return _in_flow(body)


def wait_for_an_allowed_task_that_was_not_ready():
    return _in_flow(
        lambda: shown(one.submit(wait_for=[allow_failure(take.submit(fail.submit()))], return_state=True))
    )


def allow_failure_of_a_list():
    return _in_flow(lambda: take(allow_failure([fail.submit(), one.submit()])))


def wait_for_a_task_that_was_not_ready():
    return _in_flow(lambda: shown(one.submit(wait_for=[take.submit(fail.submit())], return_state=True)))
