"""Flows that are called in flows and in tasks."""

from _observing import error_class, error_of, shown
from syntask import flow, task
from syntask.context import FlowRunContext, get_run_context


@flow
def failing():
    raise ValueError("no")


def result_of_a_subflow():
    @flow
    def child(x):
        return x + 1

    @flow
    def main():
        return child(child(1))

    return main()


def failure_is_raised_in_the_parent():
    @flow
    def main():
        return error_of(failing)

    return main()


def failure_that_is_not_caught_fails_the_parent():
    @flow
    def main():
        failing()

    return shown(main(return_state=True))


def failure_that_is_caught():
    @flow
    def main():
        try:
            failing()
        except ValueError:
            pass

    return shown(main(return_state=True))


def failure_as_a_state():
    @flow
    def main():
        state = failing(return_state=True)
        return [shown(state), "ValueError: no" in state.message]

    return main()


def parent_that_returns_the_state_of_a_failed_subflow():
    @flow
    def main():
        return failing(return_state=True)

    return shown(main(return_state=True))


def subflow_is_tried_again():
    calls = []

    @flow(retries=1)
    def child():
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("no")
        return len(calls)

    @flow
    def main():
        return child()

    return main()


def parent_that_is_tried_again_runs_its_subflow_again():
    calls, attempts = [], []

    @flow
    def child():
        calls.append(1)

    @flow(retries=1)
    def main():
        child()
        attempts.append(1)
        if len(attempts) == 1:
            raise ValueError("no")

    main()
    return [len(calls), len(attempts)]


def recursion():
    @flow
    def countdown(n):
        return [n] if n == 0 else [n, *countdown(n - 1)]

    return countdown(4)


def parameters_are_converted():
    @flow
    def child(n: int, names: list[str]):
        return [n, names]

    @flow
    def main():
        return child("3", ("a", "b"))

    return main()


def parameters_that_cannot_be_converted():
    @flow
    def child(n: int):
        return n

    @flow
    def main():
        return error_class(child, "three")

    return main()


def wrong_parameters_of_a_subflow_are_a_state():
    @flow
    def child(n: int):
        return n

    @flow
    def main():
        return shown(child("three", return_state=True))

    return main()


def subflow_has_a_run_of_its_own():
    @flow
    def child():
        return get_run_context().flow_run.id

    @flow
    def main():
        own = get_run_context().flow_run.id
        other = child()
        return [own == other, own == get_run_context().flow_run.id]

    return main()


def subflow_knows_its_parent():
    from syntask.runtime import flow_run

    @flow
    def child():
        return flow_run.parent_flow_run_id

    @flow
    def main():
        return child() == flow_run.id

    return main()


def root_of_a_subflow():
    from syntask.runtime import flow_run

    @flow
    def grandchild():
        return flow_run.root_flow_run_id

    @flow
    def child():
        return grandchild()

    @flow
    def main():
        return child() == flow_run.id

    return main()


def parent_context_is_back_after_a_failure():
    @flow(name="outer")
    def main():
        before = FlowRunContext.get().flow.name
        failing(return_state=True)
        return [before, FlowRunContext.get().flow.name]

    return main()


def subflow_in_a_task():
    @flow
    def child(x):
        return x * 2

    @task
    def run():
        return child(4)

    @flow
    def main():
        return run()

    return main()


def subflow_in_a_submitted_task():
    @flow
    def child(x):
        return x * 2

    @task
    def run(x):
        return child(x)

    @flow
    def main():
        return run.map([1, 2]).result()

    return main()


def task_of_a_subflow():
    @task
    def one():
        return get_run_context().task_run.flow_run_id

    @flow
    def child():
        return one() == get_run_context().flow_run.id

    @flow
    def main():
        return child()

    return main()


def subflow_result_as_an_argument_of_a_task():
    @task
    def double(x):
        return 2 * x

    @flow
    def child():
        return 2

    @flow
    def main():
        return double(child(return_state=True))

    return main()


def subflow_has_runners_of_its_own():
    from syntask.task_runners import ThreadPoolTaskRunner

    @task
    def one():
        return 1

    @flow(task_runner=ThreadPoolTaskRunner(max_workers=1))
    def child():
        return one.submit().result()

    @flow(task_runner=ThreadPoolTaskRunner(max_workers=1))
    def main():
        return [child(), one.submit().result()]

    return main()


def subflow_with_the_name_of_its_parent():
    @flow(name="same")
    def child():
        return 1

    @flow(name="same")
    def main():
        return child()

    return main()


def subflow_returns_a_future_of_its_own():
    @task
    def one():
        return 1

    @flow
    def child():
        return one.submit()

    @flow
    def main():
        return shown(child(return_state=True))

    return main()


def futures_of_the_parent_are_parameters():
    @task
    def one():
        return 1

    @flow
    def child(numbers):
        return sum(numbers)

    @flow
    def main():
        return child([one.submit(), one.submit()])

    return main()


def future_of_a_subflow_used_in_the_parent():
    @task
    def one():
        return 1

    @task
    def double(x):
        return 2 * x

    @flow
    def child():
        return one.submit()

    @flow
    def main():
        return double(child())

    return main()


def subflow_of_a_list_of_futures_that_failed():
    @task
    def fail():
        raise ValueError("no")

    @flow
    def child():
        return [fail.submit()]

    @flow
    def main():
        return error_of(child)

    return main()


def subflow_that_is_too_slow_is_caught():
    import time

    @flow(timeout_seconds=0.05)
    def child():
        time.sleep(1)

    @flow
    def main():
        try:
            child()
        except TimeoutError:
            return "caught"

    return main()


def subflow_that_is_interrupted():
    seen = []

    @flow(on_crashed=[lambda flow, run, state: seen.append("child")])
    def child():
        raise KeyboardInterrupt

    @flow(on_crashed=[lambda flow, run, state: seen.append("main")])
    def main():
        child()

    return [error_class(main), seen]


def tasks_that_go_on_while_a_subflow_runs():
    import threading

    ready = threading.Event()

    @task
    def wait():
        return ready.wait(5)

    @flow
    def child():
        ready.set()

    @flow
    def main():
        future = wait.submit()
        child()
        return future.result()

    return main()


def subflow_waits_for_its_tasks():
    import time

    ended = []

    @task
    def slow():
        time.sleep(0.05)
        ended.append("task")

    @flow
    def child():
        slow.submit()

    @flow
    def main():
        child()
        return list(ended)

    return main()


def many_subflows():
    @flow
    def child(x):
        return x * x

    @flow
    def main():
        return [child(x) for x in range(5)]

    return main()


def subflow_parameters_are_its_own():
    from syntask.runtime import flow_run

    @flow
    def child(y):
        return flow_run.parameters

    @flow
    def main(x):
        return [child(2), flow_run.parameters]

    return main(1)


def subflow_with_variable_arguments():
    @flow
    def child(*numbers, **named):
        return [list(numbers), named]

    @flow
    def main():
        return child(1, 2, a=3)

    return main()


def nested_names_of_runs():
    @flow(flow_run_name="outer")
    def main():
        return [get_run_context().flow_run.name, child(), get_run_context().flow_run.name]

    @flow(flow_run_name="inner")
    def child():
        return get_run_context().flow_run.name

    return main()
