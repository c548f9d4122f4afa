"""When a task is not called because its result is known."""

import datetime
import time

from _observing import error_of, log_lines, shown
from syntask import flow, task


def _count(again=(1, 1), **options):
    """How often a task is called for those arguments, and what it returns each time."""
    calls = []

    @task(**options)
    def count(x):
        calls.append(x)
        return len(calls)

    @flow
    def main():
        return [count(x) for x in again]

    return [main(), len(calls)]


def task_without_a_policy_is_called_each_time():
    return _count()


def key_function_is_the_same():
    return _count(cache_key_fn=lambda context, parameters: "key")


def key_function_sees_parameters():
    return _count((1, 2, 1), cache_key_fn=lambda context, parameters: str(parameters["x"]))


def key_function_sees_the_context():
    seen = []

    def key(context, parameters):
        seen.append([type(context).__name__, context.task.name, sorted(parameters)])
        return "context"

    _count((1,), cache_key_fn=key)
    return seen


def key_function_of_none_is_no_key():
    return _count(cache_key_fn=lambda context, parameters: None)


def key_function_that_raises():
    def key(context, parameters):
        raise ValueError("no key")

    return _count(cache_key_fn=key)


def task_input_hash():
    from syntask.tasks import task_input_hash

    return _count((1, 2, 1), cache_key_fn=task_input_hash)


def inputs_policy():
    from syntask.cache_policies import INPUTS

    return _count((1, 2, 1), cache_policy=INPUTS)


def inputs_policy_over_two_runs():
    from syntask.cache_policies import INPUTS

    calls = []

    @task(cache_policy=INPUTS)
    def count(x):
        calls.append(x)
        return len(calls)

    @flow
    def main():
        return count(3)

    return [main(), main(), len(calls)]


def default_policy_keeps_within_a_run():
    from syntask.cache_policies import DEFAULT

    calls = []

    @task(cache_policy=DEFAULT, persist_result=True)
    def count(x):
        calls.append(x)
        return len(calls)

    @flow
    def main():
        return [count(3), count(3)]

    return [main(), main(), len(calls)]


def persisted_results_are_reused_within_a_run():
    calls = []

    @task(persist_result=True)
    def count(x):
        calls.append(x)
        return len(calls)

    @flow
    def main():
        return [count(3), count(3)]

    return [main(), main(), len(calls)]


def run_id_policy():
    from syntask.cache_policies import RUN_ID

    calls = []

    @task(cache_policy=RUN_ID)
    def count(x):
        calls.append(x)
        return len(calls)

    @flow
    def main():
        return [count(1), count(2)]

    return [main(), main(), len(calls)]


def task_source_policy():
    from syntask.cache_policies import TASK_SOURCE

    calls = []

    @task(cache_policy=TASK_SOURCE)
    def count(x):
        calls.append(x)
        return len(calls)

    @flow
    def main():
        return [count(1), count(2)]

    return [main(), main(), len(calls)]


def task_source_tells_tasks_apart():
    from syntask.cache_policies import INPUTS, TASK_SOURCE

    @task(cache_policy=TASK_SOURCE + INPUTS)
    def first(x):
        return "first"

    @task(cache_policy=TASK_SOURCE + INPUTS)
    def second(x):
        return "second"

    @flow
    def main():
        return [first(1), second(1)]

    return main()


def inputs_alone_do_not_tell_tasks_apart():
    from syntask.cache_policies import INPUTS

    @task(cache_policy=INPUTS)
    def first(x):
        return "first"

    @task(cache_policy=INPUTS)
    def second(x):
        return "second"

    @flow
    def main():
        return [first(1), second(1)]

    return main()


def flow_parameters_policy():
    from syntask.cache_policies import FLOW_PARAMETERS

    calls = []

    @task(cache_policy=FLOW_PARAMETERS)
    def count(x):
        calls.append(x)
        return len(calls)

    @flow
    def main(day):
        return count(day * 10)

    return [main(1), main(2), main(1), len(calls)]


def no_cache_policy():
    from syntask.cache_policies import NO_CACHE

    return _count(cache_policy=NO_CACHE, persist_result=True)


def none_policy():
    from syntask.cache_policies import NONE

    return _count(cache_policy=NONE, persist_result=True)


def policies_are_added():
    from syntask.cache_policies import INPUTS, RUN_ID

    calls = []

    @task(cache_policy=INPUTS + RUN_ID)
    def count(x):
        calls.append(x)
        return len(calls)

    @flow
    def main():
        return [count(1), count(2), count(1)]

    return [main(), main(), len(calls)]


def inputs_are_taken_away_by_name():
    from syntask.cache_policies import INPUTS

    calls = []

    @task(cache_policy=INPUTS - "secret")
    def count(x, secret):
        calls.append(x)
        return len(calls)

    @flow
    def main():
        return [count(1, "a"), count(1, "b"), count(2, "a")]

    return [main(), len(calls)]


def inputs_are_taken_away_from_a_sum():
    from syntask.cache_policies import INPUTS, TASK_SOURCE

    calls = []

    @task(cache_policy=TASK_SOURCE + INPUTS - "secret")
    def count(x, secret):
        calls.append(x)
        return len(calls)

    @flow
    def main():
        return [count(1, "a"), count(1, "b"), count(2, "a")]

    return [main(), len(calls)]


def adding_no_cache_changes_nothing():
    from syntask.cache_policies import INPUTS, NO_CACHE

    return _count((1, 1, 2), cache_policy=INPUTS + NO_CACHE)


def own_policy_is_a_class():
    from syntask.cache_policies import CachePolicy

    class Parity(CachePolicy):
        def compute_key(self, task_ctx, inputs, flow_parameters, **kwargs):
            return f"parity-{inputs['x'] % 2}"

    return _count((1, 3, 2), cache_policy=Parity())


def policy_from_a_function():
    from syntask.cache_policies import CacheKeyFnPolicy

    def key(context, parameters):
        return f"fn-{parameters['x'] % 2}"

    return _count((1, 3, 2), cache_policy=CacheKeyFnPolicy(cache_key_fn=key))


def nested_inputs_are_compared_by_value():
    from syntask.cache_policies import INPUTS

    return _count(({"a": [1, 2]}, {"a": [1, 2]}, {"a": [2, 1]}), cache_policy=INPUTS)


def result_expires():
    calls = []

    @task(cache_key_fn=lambda context, parameters: "short", cache_expiration=datetime.timedelta(seconds=0.05))
    def count():
        calls.append(1)
        return len(calls)

    @flow
    def main():
        found = [count()]
        time.sleep(0.1)
        return [*found, count()]

    return main()


def result_is_known_until_it_expires():
    calls = []

    @task(cache_key_fn=lambda context, parameters: "long", cache_expiration=datetime.timedelta(hours=1))
    def count():
        calls.append(1)
        return len(calls)

    @flow
    def main():
        return [count(), count()]

    return [main(), main()]


def refresh_calls_again_and_keeps_the_new_result():
    calls = []

    @task(cache_key_fn=lambda context, parameters: "fresh")
    def count():
        calls.append(1)
        return len(calls)

    @flow
    def main():
        return [count(), count.with_options(refresh_cache=True)(), count()]

    return main()


def failures_are_not_kept():
    calls = []

    @task(cache_key_fn=lambda context, parameters: "failing")
    def count():
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("no")
        return len(calls)

    @flow
    def main():
        return [shown(count(return_state=True)), count(), count()]

    return main()


def known_result_is_a_state_of_its_own():
    @task(cache_key_fn=lambda context, parameters: "state")
    def count():
        return 1

    @flow
    def main():
        states = [count(return_state=True), count(return_state=True)]
        return [[shown(state), state.is_completed(), state.result()] for state in states]

    return main()


def none_is_a_result():
    calls = []

    @task(cache_key_fn=lambda context, parameters: "none")
    def count():
        calls.append(1)

    @flow
    def main():
        return [count(), count()]

    return [main(), len(calls)]


def result_keeps_its_types():
    @task(cache_key_fn=lambda context, parameters: "types")
    def make():
        return {"numbers": [1, 2.5], "text": "é", "none": None, "yes": True}

    @flow
    def main():
        return [make(), make()]

    return main()


def tuple_stays_a_tuple():
    @task(cache_key_fn=lambda context, parameters: "tuple")
    def make():
        return (1, 2)

    @flow
    def main():
        return [type(make()).__name__, type(make()).__name__]

    return main()


def submitted_tasks_share_results():
    calls = []

    @task(cache_key_fn=lambda context, parameters: "submitted")
    def count():
        calls.append(1)
        return len(calls)

    @flow
    def main():
        return [count.submit().result(), count.submit().result()]

    return main()


def known_result_runs_no_hook_of_running():
    seen = []

    @task(
        cache_key_fn=lambda context, parameters: "hooks",
        on_completion=[lambda task, run, state: seen.append(state.name)],
    )
    def count():
        return 1

    @flow
    def main():
        count()
        count()

    main()
    return seen


def key_and_policy_together():
    from syntask.cache_policies import INPUTS

    with log_lines() as lines:
        found = _count((1, 2), cache_policy=INPUTS, cache_key_fn=lambda context, parameters: "both")
    return [found, [line for line in lines if "cache" in line]]


def policy_without_persistence():
    from syntask.cache_policies import INPUTS

    return error_of(_count, cache_policy=INPUTS, persist_result=False)


def input_that_cannot_be_hashed():
    import threading

    from syntask.cache_policies import INPUTS

    lock = threading.Lock()
    return _count((lock, lock), cache_policy=INPUTS)


def result_storage_key_is_the_file():
    calls = []

    @task(persist_result=True, result_storage_key="named-{parameters[x]}")
    def count(x):
        calls.append(x)
        return len(calls)

    @flow
    def main():
        return [count(1), count(1), count(2)]

    return [main(), len(calls)]
