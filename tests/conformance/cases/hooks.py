"""What is called when a run changes its state."""

from _observing import error_class, log_lines, shown
from syntask import flow, task


def _hook(seen, name):
    def hook(of, run, state):
        seen.append([name, type(of).__name__, of.name, state.type.value, state.name])

    return hook


def _all_hooks(seen, *names):
    return {name: [_hook(seen, name)] for name in names}


_TASK = ("on_running", "on_completion", "on_failure")
_FLOW = ("on_running", "on_completion", "on_failure", "on_cancellation", "on_crashed")


def completed_task():
    seen = []

    @task(**_all_hooks(seen, *_TASK))
    def one():
        return 1

    @flow
    def main():
        one()

    main()
    return seen


def failed_task():
    seen = []

    @task(**_all_hooks(seen, *_TASK))
    def one():
        raise ValueError("no")

    @flow
    def main():
        one(return_state=True)

    main()
    return seen


def task_that_is_tried_again():
    seen = []

    @task(retries=1, **_all_hooks(seen, *_TASK))
    def one():
        if [hook for hook, *_ in seen].count("on_running") == 1 and len(seen) == 1:
            raise ValueError("no")

    @flow
    def main():
        one(return_state=True)

    main()
    return seen


def submitted_task():
    seen = []

    @task(**_all_hooks(seen, *_TASK))
    def one():
        return 1

    @flow
    def main():
        one.submit().wait()

    main()
    return seen


def completed_flow():
    seen = []

    @flow(**_all_hooks(seen, *_FLOW))
    def main():
        return 1

    main()
    return seen


def failed_flow():
    seen = []

    @flow(**_all_hooks(seen, *_FLOW))
    def main():
        raise ValueError("no")

    main(return_state=True)
    return seen


def flow_that_is_tried_again():
    seen, calls = [], []

    @flow(retries=1, **_all_hooks(seen, *_FLOW))
    def main():
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("no")

    main()
    return seen


def flow_that_returns_cancelled():
    from syntask.states import Cancelled

    seen = []

    @flow(**_all_hooks(seen, *_FLOW))
    def main():
        return Cancelled()

    main(return_state=True)
    return seen


def flow_that_returns_failed():
    from syntask.states import Failed

    seen = []

    @flow(**_all_hooks(seen, *_FLOW))
    def main():
        return Failed()

    main(return_state=True)
    return seen


def flow_that_is_too_slow():
    import time

    seen = []

    @flow(timeout_seconds=0.05, **_all_hooks(seen, *_FLOW))
    def main():
        time.sleep(1)

    main(return_state=True)
    return seen


def flow_that_crashes():
    seen = []

    @flow(**_all_hooks(seen, *_FLOW))
    def main():
        raise KeyboardInterrupt

    return [error_class(main), seen]


def several_hooks_are_called_in_order():
    seen = []

    @flow(on_completion=[_hook(seen, "first"), _hook(seen, "second")])
    def main():
        pass

    main()
    return [name for name, *_ in seen]


def hook_that_raises_changes_nothing():
    seen = []

    def broken(flow, run, state):
        raise RuntimeError("hook")

    @flow(on_completion=[broken, _hook(seen, "after")])
    def main():
        return 1

    return [shown(main(return_state=True)), [name for name, *_ in seen]]


def hook_of_a_task_that_raises_changes_nothing():
    seen = []

    def broken(task, run, state):
        raise RuntimeError("hook")

    @task(on_failure=[broken, _hook(seen, "after")])
    def one():
        raise ValueError("no")

    @flow
    def main():
        return one(return_state=True).name

    return [main(), [name for name, *_ in seen]]


def hook_that_raises_is_logged():
    def broken(flow, run, state):
        raise RuntimeError("hook")

    @flow(on_completion=[broken])
    def main():
        return 1

    with log_lines() as lines:
        main()
    return [line.split()[0] for line in lines if "broken" in line and line.startswith("ERROR")]


def hooks_are_decorators():
    seen = []

    @flow
    def main():
        return one()

    @task
    def one():
        return 1

    @main.on_completion
    def flow_done(flow, run, state):
        seen.append("flow")

    @one.on_completion
    def task_done(task, run, state):
        seen.append("task")

    main()
    return seen


def failure_hooks_are_decorators():
    seen = []

    @flow
    def main():
        raise ValueError("no")

    @main.on_failure
    def failed(flow, run, state):
        seen.append(state.name)

    @main.on_running
    def running(flow, run, state):
        seen.append(state.name)

    main(return_state=True)
    return seen


def decorated_hook_stays_a_function():
    @flow
    def main():
        pass

    @main.on_completion
    def done(flow, run, state):
        return "called"

    return done(None, None, None)


def async_hook():
    seen = []

    async def hook(flow, run, state):
        seen.append(state.name)

    @flow(on_completion=[hook])
    def main():
        pass

    main()
    return seen


def async_hook_of_an_async_flow():
    import asyncio

    seen = []

    async def hook(flow, run, state):
        seen.append(state.name)

    @flow(on_completion=[hook])
    async def main():
        pass

    asyncio.run(main())
    return seen


def hook_sees_parameters_and_the_run():
    seen = []

    def hook(flow, run, state):
        seen.append([run.parameters, run.name, sorted(run.tags)])

    @flow(flow_run_name="named", on_completion=[hook])
    def main(x, y=2):
        pass

    main(1)
    return seen


def hook_sees_the_result():
    seen = []

    @task(on_completion=[lambda task, run, state: seen.append(state.result())])
    def one():
        return 5

    @flow
    def main():
        one()

    main()
    return seen


def hook_sees_the_error():
    seen = []

    def hook(task, run, state):
        seen.append(repr(state.result(raise_on_failure=False)))

    @task(on_failure=[hook])
    def one():
        raise ValueError("no")

    @flow
    def main():
        one(return_state=True)

    main()
    return seen


def hook_sees_the_name_of_the_task_run():
    seen = []

    @task(task_run_name="named", on_completion=[lambda task, run, state: seen.append(run.name)])
    def one():
        pass

    @flow
    def main():
        one()

    main()
    return seen


def hooks_that_are_no_list():
    return [
        error_class(flow, lambda: None, on_completion="no"),
        error_class(task, lambda: None, on_failure=5),
    ]


def hooks_that_are_not_callable():
    return [
        error_class(flow, lambda: None, on_completion=["no"]),
        error_class(task, lambda: None, on_failure=[5]),
    ]


def hooks_of_a_subflow():
    seen = []

    @flow(name="child", **_all_hooks(seen, *_FLOW))
    def child():
        return 1

    @flow(name="main", **_all_hooks(seen, *_FLOW))
    def main():
        return child()

    main()
    return [[hook, of] for hook, _, of, *_ in seen]


def hooks_come_after_the_result_is_known():
    order = []

    @task(on_completion=[lambda task, run, state: order.append("hook")])
    def one():
        order.append("task")

    @flow
    def main():
        one()
        order.append("flow")

    main()
    return order


def not_ready_task_has_no_hooks():
    seen = []

    @task
    def fail():
        raise ValueError("no")

    @task(**_all_hooks(seen, *_TASK))
    def after(x):
        pass

    @flow
    def main():
        after.submit(fail.submit()).wait()

    main()
    return seen


def with_options_keeps_or_replaces_hooks():
    seen = []

    @task(on_completion=[_hook(seen, "own")])
    def one():
        pass

    @flow
    def main():
        one.with_options(name="other")()
        one.with_options(on_completion=[_hook(seen, "replaced")])()

    main()
    return [name for name, *_ in seen]


def hooks_of_a_task_that_is_too_slow():
    import time

    seen = []

    @task(timeout_seconds=0.05, **_all_hooks(seen, *_TASK))
    def one():
        time.sleep(1)

    @flow
    def main():
        one(return_state=True)

    main()
    return seen


def hooks_of_a_task_that_returns_failed():
    from syntask.states import Failed

    seen = []

    @task(**_all_hooks(seen, *_TASK))
    def one():
        return Failed()

    @flow
    def main():
        one(return_state=True)

    main()
    return seen


def hooks_of_wrong_parameters():
    seen = []

    @flow(**_all_hooks(seen, *_FLOW))
    def main(x: int):
        pass

    main("five", return_state=True)
    return seen


def hooks_of_a_mapped_task():
    seen = []

    @task(on_completion=[lambda task, run, state: seen.append(state.result())])
    def one(x):
        return x

    @flow
    def main():
        one.map([1, 2, 3]).wait()

    main()
    return sorted(seen)


def hooks_of_a_generator():
    seen = []

    @flow(**_all_hooks(seen, *_FLOW))
    def main():
        yield 1

    list(main())
    return seen


def hook_that_interrupts():
    seen = []

    def broken(flow, run, state):
        raise KeyboardInterrupt

    @flow(on_completion=[broken, _hook(seen, "after")])
    def main():
        return 1

    return error_class(main)


def hook_that_is_a_partial_function():
    import functools

    seen = []

    def hook(more, flow, run, state):
        seen.append([more, state.name])

    @flow(on_completion=[functools.partial(hook, "more")])
    def main():
        pass

    main()
    return seen


def hook_that_is_a_method():
    class Watcher:
        def __init__(self):
            self.seen = []

        def hook(self, flow, run, state):
            self.seen.append(state.name)

    watcher = Watcher()

    @flow(on_completion=[watcher.hook])
    def main():
        pass

    main()
    return watcher.seen


def hook_that_calls_a_task():
    seen = []

    @task
    def tell(text):
        seen.append(text)

    @flow(on_completion=[lambda flow, run, state: tell("from the hook")])
    def main():
        pass

    main()
    return seen


def hook_prints_and_logs():
    from syntask import get_run_logger

    def hook(flow, run, state):
        get_run_logger().info("mine")

    @flow(on_completion=[hook])
    def main():
        pass

    with log_lines() as lines:
        main()
    return [line for line in lines if line.endswith(" mine")]


def hook_takes_too_few_arguments():
    @flow(on_completion=[lambda flow: None])
    def main():
        return 1

    return main()


def hooks_of_two_runs():
    seen = []

    @flow(on_completion=[lambda flow, run, state: seen.append(run.parameters["x"])])
    def main(x):
        pass

    main(1)
    main(2)
    return seen


def flow_with_options_replaces_hooks():
    seen = []

    @flow(on_completion=[_hook(seen, "own")])
    def main():
        pass

    main.with_options(name="other")()
    main.with_options(on_completion=[_hook(seen, "replaced")])()
    return [name for name, *_ in seen]
