"""Tasks in threads: `submit`, `map`, futures, and those deep in arguments."""

import threading
import time
from dataclasses import dataclass

from _observing import error_class, error_of, shown
from syntask import flow, task, unmapped


@task
def add(x, y=1):
    return x + y


@task
def fail(*_):
    raise ValueError("no")


def submit_gives_a_future():
    @flow
    def main():
        future = add.submit(1)
        return [future.result(), future.state.name, len(str(future.task_run_id))]

    return main()


def future_waits_before_its_state():
    @task
    def slow():
        time.sleep(0.05)
        return 1

    @flow
    def main():
        future = slow.submit()
        before = future.state.is_final()
        return [before, future.wait(), future.state.name]

    return main()


def result_of_a_failed_future_raises():
    @flow
    def main():
        return error_of(fail.submit().result)

    return main()


def result_of_a_failed_future_as_a_value():
    @flow
    def main():
        error = fail.submit().result(raise_on_failure=False)
        return [type(error).__name__, str(error)]

    return main()


def result_waits_for_a_time():
    ready = threading.Event()

    @task
    def slow():
        ready.wait(2)

    @flow
    def main():
        future = slow.submit()
        found = error_class(future.result, timeout=0.02)
        ready.set()
        return found

    return main()


def wait_for_a_time_does_not_raise():
    ready = threading.Event()

    @task
    def slow():
        ready.wait(2)

    @flow
    def main():
        future = slow.submit()
        future.wait(timeout=0.02)
        found = future.state.is_final()
        ready.set()
        return found

    return main()


def future_as_an_argument():
    @flow
    def main():
        return add.submit(add.submit(1), y=add.submit(2)).result()

    return main()


def future_as_an_argument_of_a_call():
    @flow
    def main():
        return add(add.submit(1))

    return main()


def futures_in_lists_tuples_sets_and_dicts():
    @task
    def take(value):
        return repr(value)

    @flow
    def main():
        one = add.submit(0)
        return [
            take.submit(value).result() for value in ([one, 5], (one, 5), {"k": one}, {"k": [{"deep": one}]})
        ]

    return main()


def futures_in_dataclasses():
    @dataclass
    class Pair:
        left: object
        right: object

    @task
    def take(pair):
        return [pair.left, pair.right]

    @flow
    def main():
        return take.submit(Pair(add.submit(1), 5)).result()

    return main()


def state_as_an_argument():
    @flow
    def main():
        return add(add(1, return_state=True))

    return main()


def submit_returns_a_state():
    @flow
    def main():
        state = add.submit(1, return_state=True)
        return [shown(state), state.result()]

    return main()


def submitted_tasks_run_side_by_side():
    both = threading.Barrier(2, timeout=5)

    @task
    def meet():
        both.wait()
        return "met"

    @flow
    def main():
        return [future.result() for future in (meet.submit(), meet.submit())]

    return main()


def submitted_task_is_in_another_thread():
    @task
    def where():
        return threading.get_ident()

    @flow
    def main():
        here = threading.get_ident()
        return [where() == here, where.submit().result() == here]

    return main()


def max_workers_is_the_limit():
    from syntask.task_runners import ThreadPoolTaskRunner

    running = []
    most = []

    @task
    def count():
        running.append(1)
        most.append(len(running))
        time.sleep(0.02)
        running.pop()

    @flow(task_runner=ThreadPoolTaskRunner(max_workers=2))
    def main():
        for future in [count.submit() for _ in range(6)]:
            future.wait()

    main()
    return max(most) <= 2


def concurrent_task_runner_is_the_same():
    from syntask.task_runners import ConcurrentTaskRunner

    @flow(task_runner=ConcurrentTaskRunner())
    def main():
        return add.submit(1).result()

    return main()


def futures_nobody_waited_for_end_with_the_flow():
    ended = []

    @task
    def slow():
        time.sleep(0.05)
        ended.append(1)

    @flow
    def main():
        slow.submit()

    main()
    return ended


def map_over_a_list():
    @flow
    def main():
        return [future.result() for future in add.map([1, 2, 3])]

    return main()


def map_gives_a_list_of_futures():
    @flow
    def main():
        futures = add.map([1, 2, 3])
        return [len(futures), isinstance(futures, list), futures.result()]

    return main()


def map_list_waits():
    @flow
    def main():
        futures = add.map([1, 2])
        return [futures.wait(), [future.state.name for future in futures]]

    return main()


def map_over_two_lists():
    @flow
    def main():
        return add.map([1, 2], [10, 20]).result()

    return main()


def map_over_lists_of_different_length():
    @flow
    def main():
        return error_class(add.map, [1, 2], [10, 20, 30])

    return main()


def map_over_nothing_to_map():
    @flow
    def main():
        return error_class(add.map, 1, 2)

    return main()


def map_over_an_empty_list():
    @flow
    def main():
        return add.map([]).result()

    return main()


def map_with_a_constant():
    @flow
    def main():
        return add.map([1, 2], 10).result()

    return main()


def map_with_unmapped():
    @task
    def count(x, items):
        return x + len(items)

    @flow
    def main():
        return count.map([1, 2], unmapped([7, 7, 7])).result()

    return main()


def map_leaves_strings_alone():
    @task
    def join(x, text):
        return f"{x}{text}"

    @flow
    def main():
        return join.map([1, 2], text="ab").result()

    return main()


def map_over_a_future():
    @task
    def numbers():
        return [1, 2, 3]

    @flow
    def main():
        return add.map(numbers.submit()).result()

    return main()


def map_over_futures():
    @flow
    def main():
        return add.map(add.map([1, 2])).result()

    return main()


def map_over_a_generator():
    @flow
    def main():
        return add.map(x for x in (1, 2)).result()

    return main()


def map_over_a_range():
    @flow
    def main():
        return add.map(range(3)).result()

    return main()


def map_over_the_values_of_a_dict():
    @task
    def show(x):
        return str(x)

    @flow
    def main():
        return show.map({"a": 1, "b": 2}).result()

    return main()


def map_with_keywords_and_defaults():
    @flow
    def main():
        return add.map(x=[1, 2], y=5).result()

    return main()


def map_of_a_variable_number_of_arguments():
    @task
    def total(*numbers):
        return sum(numbers)

    @flow
    def main():
        return total.map([1, 2], [10, 20]).result()

    return main()


def map_returns_states():
    @flow
    def main():
        states = add.map([1, 2], return_state=True)
        return [shown(state) for state in states]

    return main()


def map_keeps_the_order():
    @task
    def nap(seconds):
        time.sleep(seconds)
        return seconds

    @flow
    def main():
        return nap.map([0.04, 0.0, 0.02]).result()

    return main()


def map_with_one_failure():
    @task
    def even(x):
        if x % 2:
            raise ValueError(x)
        return x

    @flow
    def main():
        futures = even.map([0, 1, 2])
        futures.wait()
        return [[future.state.name for future in futures], error_of(futures.result)]

    return main()


def map_results_without_raising():
    @task
    def even(x):
        if x % 2:
            raise ValueError(x)
        return x

    @flow
    def main():
        return [repr(result) for result in even.map([0, 1, 2]).result(raise_on_failure=False)]

    return main()


def wait_tells_done_from_not_done():
    from syntask.futures import wait

    ready = threading.Event()

    @task
    def slow():
        ready.wait(2)

    @flow
    def main():
        quick, late = add.submit(1), slow.submit()
        quick.wait()
        done, not_done = wait([quick, late], timeout=0.05)
        ready.set()
        return [len(done), len(not_done), quick in done]

    return main()


def wait_for_all():
    from syntask.futures import wait

    @flow
    def main():
        done, not_done = wait([add.submit(x) for x in range(3)])
        return [len(done), len(not_done)]

    return main()


def as_completed_gives_the_first_first():
    from syntask.futures import as_completed

    @task
    def nap(seconds):
        time.sleep(seconds)
        return seconds

    @flow
    def main():
        futures = [nap.submit(0.15), nap.submit(0.0)]
        return [future.result() for future in as_completed(futures)]

    return main()


def as_completed_has_a_time_limit():
    from syntask.futures import as_completed

    ready = threading.Event()

    @task
    def slow():
        ready.wait(2)

    @flow
    def main():
        futures = [slow.submit()]
        try:
            list(as_completed(futures, timeout=0.02))
        except TimeoutError:
            return "too late"
        finally:
            ready.set()

    return main()


def resolve_futures_to_states():
    from syntask.futures import resolve_futures_to_states

    @flow
    def main():
        found = resolve_futures_to_states({"a": [add.submit(1)], "b": 2})
        return [shown(found["a"][0]), found["b"]]

    return main()


def done_callback_is_called():
    seen = []

    @flow
    def main():
        future = add.submit(1)
        future.add_done_callback(lambda ended: seen.append(ended.result()))
        future.wait()
        time.sleep(0.02)

    main()
    return seen


def future_outside_of_a_flow():
    return error_class(add.submit, 1)


def map_outside_of_a_flow():
    return error_class(add.map, [1, 2])


def argument_is_not_copied():
    seen = []

    @task
    def take(value):
        seen.append(value is given)

    given = object()

    @flow
    def main():
        take(given)
        take.submit(given).wait()

    main()
    return seen


def quote_is_not_looked_into():
    from syntask.utilities.annotations import quote

    @task
    def take(value):
        return type(value).__name__, value

    @flow
    def main():
        return take(quote([1, 2]))

    return main()


def flow_takes_futures_as_parameters():
    @flow
    def child(x):
        return x + 1

    @flow
    def main():
        return child(add.submit(1))

    return main()


def unmapped_future():
    @flow
    def main():
        return add.map([1, 2], unmapped(add.submit(10))).result()

    return main()


def unmapped_everything():
    @flow
    def main():
        return error_class(add.map, unmapped([1]), unmapped([2]))

    return main()


def map_over_a_tuple_and_a_set():
    @flow
    def main():
        return [add.map((1, 2)).result(), sorted(add.map({1, 2}).result())]

    return main()


def map_over_text_alone():
    @flow
    def main():
        return error_class(add.map, "abc")

    return main()


def map_does_not_map_a_default():
    @task
    def count(x, items=(1, 2, 3)):
        return x + len(items)

    @flow
    def main():
        return count.map([1, 2]).result()

    return main()


def map_over_keyword_arguments():
    @task
    def join(**parts):
        return sorted(parts.items())

    @flow
    def main():
        return join.map(a=[1, 2], b=["x", "y"]).result()

    return main()


def map_with_allowed_failures():
    from syntask import allow_failure

    @task
    def show(x):
        return repr(x)

    @task
    def even(x):
        if x % 2:
            raise ValueError("odd")
        return x

    @flow
    def main():
        return show.map(allow_failure(even.map([0, 1]))).result()

    return main()


def map_of_many():
    @flow
    def main():
        return sum(add.map(range(40)).result())

    return main()


def map_of_lists_of_lists():
    @task
    def total(numbers):
        return sum(numbers)

    @flow
    def main():
        return total.map([[1, 2], [3, 4]]).result()

    return main()


def map_over_dicts_in_a_list():
    @task
    def get(item):
        return item["a"]

    @flow
    def main():
        return get.map([{"a": 1}, {"a": 2}]).result()

    return main()


def map_that_lacks_an_argument():
    @task
    def both(x, y):
        return x + y

    @flow
    def main():
        return error_class(both.map, [1, 2])

    return main()


def submit_that_lacks_an_argument():
    @task
    def both(x, y):
        return x + y

    @flow
    def main():
        return error_class(both.submit, 1)

    return main()


def futures_in_other_mappings():
    from collections import OrderedDict, defaultdict

    @task
    def take(value):
        return [type(value).__name__, sorted(value.items())]

    @flow
    def main():
        one = add.submit(0)
        return [take.submit(value).result() for value in (OrderedDict(k=one), defaultdict(list, k=one))]

    try:
        return main()
    except Exception:
        return "refused"


def futures_in_named_tuples():
    from collections import namedtuple

    pair = namedtuple("Pair", "left right")

    @task
    def take(value):
        return [value.left, value.right]

    @flow
    def main():
        return take.submit(pair(add.submit(0), 5)).result()

    try:
        return main()
    except Exception:
        return "refused"


def futures_in_pydantic_models():
    from typing import Any

    from pydantic import BaseModel

    class Pair(BaseModel):
        left: Any
        right: Any

    @task
    def take(pair):
        return [pair.left, pair.right]

    @flow
    def main():
        return take.submit(Pair(left=add.submit(0), right=5)).result()

    return main()


def generator_as_an_argument():
    @task
    def take(numbers):
        return list(numbers)

    @flow
    def main():
        return take.submit(number for number in (1, 2)).result()

    return main()


def list_that_contains_itself():
    @task
    def take(value):
        return len(value)

    @flow
    def main():
        loop = [1]
        loop.append(loop)
        return take(loop)

    return main()


def dict_of_futures():
    @task
    def take(value):
        return list(value.values())

    @flow
    def main():
        return take({"a": add.submit(1), 2: add.submit(2)})

    return main()


def submit_in_a_submitted_task_of_one_worker():
    from syntask.task_runners import ThreadPoolTaskRunner

    @task
    def inner():
        return 1

    @task
    def outer():
        return inner() + inner()

    @flow(task_runner=ThreadPoolTaskRunner(max_workers=1))
    def main():
        return outer.submit().result()

    return main()


def upstream_of_one_worker():
    from syntask.task_runners import ThreadPoolTaskRunner

    @flow(task_runner=ThreadPoolTaskRunner(max_workers=1))
    def main():
        first = add.submit(1)
        second = add.submit(first)
        return add.submit(first, second).result()

    return main()


def runner_of_a_wrong_number_of_workers():
    from syntask.task_runners import ThreadPoolTaskRunner

    return [error_class(ThreadPoolTaskRunner, max_workers=number) for number in (0, -1)]


def default_runner_of_a_flow():
    from syntask.task_runners import ThreadPoolTaskRunner

    @flow
    def main():
        pass

    return isinstance(main.task_runner, ThreadPoolTaskRunner)


def runner_as_a_class():
    from syntask.task_runners import ThreadPoolTaskRunner

    @flow(task_runner=ThreadPoolTaskRunner)
    def main():
        return add.submit(1).result()

    return main()


def runner_with_options():
    from syntask.task_runners import ThreadPoolTaskRunner

    @flow
    def main():
        return add.submit(1).result()

    return main.with_options(task_runner=ThreadPoolTaskRunner(max_workers=2))()


def runners_are_equal_by_their_workers():
    from syntask.task_runners import ThreadPoolTaskRunner

    return [
        ThreadPoolTaskRunner(max_workers=2) == ThreadPoolTaskRunner(max_workers=2),
        ThreadPoolTaskRunner(max_workers=2) == ThreadPoolTaskRunner(max_workers=3),
    ]


def result_twice():
    @flow
    def main():
        future = add.submit(1)
        return [future.result(), future.result(), add(future), add(future)]

    return main()


def future_after_its_flow():
    @flow
    def child():
        return [add.submit(1)]

    @flow
    def main():
        (state,) = child()
        return [shown(state), add(state)]

    return main()


def future_of_a_task_that_submits():
    @task
    def outer():
        return add.submit(1)

    @flow
    def main():
        return outer().result()

    return main()


def future_has_a_text():
    @flow
    def main():
        return "add" in repr(add.submit(1)) or "Future" in repr(add.submit(1))

    return main()


def wait_of_nothing():
    from syntask.futures import wait

    return [len(part) for part in wait([])]


def as_completed_of_nothing():
    from syntask.futures import as_completed

    return list(as_completed([]))


def exception_while_submitting_leaves_the_others():
    ended = []

    @task
    def slow():
        time.sleep(0.03)
        ended.append(1)

    @flow
    def main():
        slow.submit()
        raise ValueError("no")

    return [error_of(main), ended]


def submitted_with_keywords_and_return_state():
    @flow
    def main():
        return shown(add.submit(x=1, y=2, return_state=True))

    return main()
