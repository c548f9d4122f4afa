"""When a task is not called because its result is known."""

import datetime
import time
from dataclasses import dataclass

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


def hooks_of_a_known_result():
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


def _same_key(*inputs):
    """Whether the `INPUTS` policy takes the inputs for the same as the first one."""
    from syntask.cache_policies import INPUTS

    results = _count(inputs, cache_policy=INPUTS)[0]
    return [result == results[0] for result in results[1:]]


def key_of_numbers():
    return _same_key(1, 1.0, True, "1")


def key_of_sequences():
    return _same_key([1, 2], (1, 2))


def key_of_dicts_in_another_order():
    return _same_key({"a": 1, "b": 2}, {"b": 2, "a": 1})


def key_of_sets():
    return _same_key({"a", "b", "c"}, {"c", "b", "a"})


def key_of_dates_and_paths():
    from pathlib import Path

    day = datetime.date(2024, 2, 29)
    return [_same_key(day, datetime.date(2024, 2, 29)), _same_key(Path("a"), Path("a"), Path("b"))]


def key_of_bytes():
    return _same_key(b"a", b"a", b"b")


def key_of_data_classes():
    return _same_key(_Point(1, 2), _Point(1, 2), _Point(2, 1))


@dataclass
class _Point:
    x: int
    y: int


class _Plain:
    def __init__(self, x):
        self.x = x


def key_of_plain_objects():
    return _same_key(_Plain(1), _Plain(1), _Plain(2))


def key_of_functions():
    return _same_key(_count, _count, _same_key)


def key_of_none():
    return _same_key(None, None, "")


def key_of_keywords_and_positions():
    from syntask.cache_policies import INPUTS

    calls = []

    @task(cache_policy=INPUTS)
    def count(x, y=2):
        calls.append(x)
        return len(calls)

    @flow
    def main():
        return [count(1, 2), count(x=1), count(y=2, x=1), count(1, y=3)]

    return main()


def key_of_a_future_is_that_of_its_result():
    from syntask.cache_policies import INPUTS

    calls = []

    @task
    def one():
        return 1

    @task(cache_policy=INPUTS)
    def count(x):
        calls.append(x)
        return len(calls)

    @flow
    def main():
        return [count(1), count(one.submit()), count.submit(one.submit()).result()]

    return main()


def _kept(make):
    """How often a task is called that is asked for twice, and the types of what it gives."""
    calls = []

    @task(cache_key_fn=lambda context, parameters: "kept")
    def produce():
        calls.append(1)
        return make()

    @flow
    def main():
        found = [produce(), produce()]
        return [len(calls), [type(each).__name__ for each in found], found[0] == found[1]]

    return main()


def result_that_is_a_set():
    return _kept(lambda: {1, 2})


def result_that_is_a_date():
    return _kept(lambda: datetime.datetime(2024, 2, 29, 10, tzinfo=datetime.UTC))


def result_that_is_bytes():
    return _kept(lambda: b"abc\xff")


def result_that_is_a_data_class():
    return _kept(lambda: _Point(1, 2))


def result_with_keys_that_are_numbers():
    return _kept(lambda: {1: "a", 2: "b"})


def result_that_is_not_a_number():
    calls = []

    @task(cache_key_fn=lambda context, parameters: "nan")
    def produce():
        calls.append(1)
        return float("inf")

    @flow
    def main():
        return [repr(produce()), repr(produce()), len(calls)]

    return main()


def result_that_is_a_path():
    from pathlib import Path

    return _kept(lambda: [Path("a/b")])


def result_that_is_a_lambda():
    calls = []

    @task(cache_key_fn=lambda context, parameters: "lambda")
    def produce():
        calls.append(1)
        return lambda: 5

    @flow
    def main():
        return [produce()(), produce()(), len(calls)]

    return main()


def kept_result_is_not_the_same_object():
    @task(cache_key_fn=lambda context, parameters: "object")
    def produce():
        return [1]

    @flow
    def main():
        produce().append(2)
        return produce()

    return main()


def subflow_shares_results_with_its_parent():
    calls = []

    @task(cache_key_fn=lambda context, parameters: "shared")
    def count():
        calls.append(1)
        return len(calls)

    @flow
    def child():
        return count()

    @flow
    def main():
        return [count(), child()]

    return main()


def expired_result_is_kept_again():
    calls = []

    @task(cache_key_fn=lambda context, parameters: "again", cache_expiration=datetime.timedelta(seconds=0.2))
    def count():
        calls.append(1)
        return len(calls)

    @flow
    def main():
        count()
        time.sleep(0.3)
        return [count(), count()]

    return main()


def cached_task_with_retries():
    calls = []

    @task(cache_key_fn=lambda context, parameters: "retried", retries=1)
    def count():
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("no")
        return len(calls)

    @flow
    def main():
        return [count(), count()]

    return main()


def mapped_task_with_a_cache():
    from syntask.cache_policies import INPUTS

    calls = []

    @task(cache_policy=INPUTS)
    def count(x):
        calls.append(x)
        return x * 2

    @flow
    def main():
        count.map([1, 2]).wait()
        return [count.map([1, 2, 3]).result(), sorted(calls)]

    return main()


def method_with_a_cache():
    from syntask.cache_policies import INPUTS

    calls = []

    class Shelf:
        @task(cache_policy=INPUTS - "self")
        def count(self, x):
            calls.append(x)
            return len(calls)

    @flow
    def main():
        return [Shelf().count(1), Shelf().count(1), Shelf().count(2)]

    return main()


def policy_of_a_flow_that_persists():
    calls = []

    @task
    def count(x):
        calls.append(x)
        return len(calls)

    @flow(persist_result=True)
    def main():
        return [count(1), count(1)]

    return main()


def task_that_does_not_persist_in_a_flow_that_does():
    calls = []

    @task(persist_result=False)
    def count(x):
        calls.append(x)
        return len(calls)

    @flow(persist_result=True)
    def main():
        return [count(1), count(1)]

    return main()


def cached_task_outside_of_a_flow():
    calls = []

    @task(cache_key_fn=lambda context, parameters: "outside")
    def count():
        calls.append(1)
        return len(calls)

    return [count(), count()]


def policy_knows_its_options_after_with_options():
    from syntask.cache_policies import INPUTS, NO_CACHE

    calls = []

    @task(cache_policy=INPUTS)
    def count(x):
        calls.append(x)
        return len(calls)

    @flow
    def main():
        return [count(1), count.with_options(cache_policy=NO_CACHE)(1), count(1)]

    return main()


def refresh_of_a_map():
    from syntask.cache_policies import INPUTS

    calls = []

    @task(cache_policy=INPUTS)
    def count(x):
        calls.append(x)
        return len(calls)

    @flow
    def main():
        count(1)
        return [count.with_options(refresh_cache=True).map([1]).result(), count(1)]

    return main()


def result_that_is_a_data_class_with_pickle():
    calls = []

    @task(cache_key_fn=lambda context, parameters: "pickled", result_serializer="pickle")
    def produce():
        calls.append(1)
        return _Point(1, 2)

    @flow
    def main():
        return [produce().x, produce().y, len(calls)]

    return main()


def result_with_json():
    calls = []

    @task(cache_key_fn=lambda context, parameters: "json", result_serializer="json")
    def produce():
        calls.append(1)
        return {"a": [1, "é"]}

    @flow
    def main():
        return [produce(), produce(), len(calls)]

    return main()


def unknown_serializer():
    return error_of(_count, result_serializer="nothing", persist_result=True) != "no error"
