"""Flows and tasks as objects: options, methods of classes, and calls outside of a flow."""

import functools
import inspect

from _observing import error_class, error_of, shown
from syntask import Flow, Task, flow, task


def types_of_the_decorated():
    @flow
    def main():
        pass

    @task
    def one():
        pass

    return [isinstance(main, Flow), isinstance(one, Task), callable(main), callable(one)]


def function_is_kept():
    @flow
    def main(x: int = 1):
        """Text."""
        return x

    return [main.fn(2), main.__name__, main.__doc__, str(inspect.signature(main))]


def function_of_a_task_makes_no_run():
    from syntask.context import TaskRunContext

    @task
    def one():
        return TaskRunContext.get()

    return one.fn()


def decorator_with_empty_brackets():
    @flow()
    def main():
        return one()

    @task()
    def one():
        return 1

    return main()


def decorator_of_what_is_not_callable():
    return [error_class(flow, 5), error_class(task, 5)]


def decorator_of_a_class():
    class Thing:
        pass

    return error_class(lambda: flow(Thing))


def defaults():
    @flow
    def main():
        pass

    @task
    def one():
        pass

    return [
        main.retries, main.retry_delay_seconds, main.timeout_seconds, main.log_prints, main.persist_result,
        main.should_validate_parameters, main.flow_run_name,
        one.retries, one.retry_delay_seconds, one.timeout_seconds, one.log_prints, one.persist_result,
        one.retry_jitter_factor, one.refresh_cache, one.cache_expiration, sorted(one.tags),
    ]  # fmt: skip


def options_are_attributes():
    @flow(retries=2, retry_delay_seconds=3, timeout_seconds=4, log_prints=True, name="n", version="v")
    def main():
        pass

    return [
        main.retries, main.retry_delay_seconds, main.timeout_seconds, main.log_prints, main.name,
        main.version,
    ]  # fmt: skip


def task_options_are_attributes():
    @task(
        retries=2,
        retry_delay_seconds=3,
        timeout_seconds=4,
        log_prints=True,
        name="n",
        tags={"t"},
        version="v",
    )
    def one():
        pass

    return [
        one.retries, one.retry_delay_seconds, one.timeout_seconds, one.log_prints, one.name, sorted(one.tags),
        one.version,
    ]  # fmt: skip


def unknown_option():
    return [error_class(flow, colour="red"), error_class(task, colour="red")]


def flow_with_options_is_another_flow():
    @flow(name="a", retries=1)
    def main():
        pass

    other = main.with_options(name="b")
    return [main.name, other.name, other.retries, other is main]


def task_with_options_is_another_task():
    @task(name="a", retries=1, tags=["x"])
    def one():
        pass

    other = one.with_options(name="b", tags=["y"])
    return [one.name, sorted(one.tags), other.name, other.retries, sorted(other.tags), other is one]


def with_options_sets_zero():
    @task(retries=3, timeout_seconds=5)
    def one():
        pass

    other = one.with_options(retries=0, timeout_seconds=0)
    return [other.retries, other.timeout_seconds]


def with_options_of_none_keeps():
    @flow(retries=3, name="n")
    def main():
        pass

    other = main.with_options(retries=None, name=None)
    return [other.retries, other.name]


def with_an_unknown_option():
    @flow
    def main():
        pass

    return error_class(main.with_options, colour="red")


class _Shelf:
    size = 3

    def __init__(self, number=1):
        self.number = number

    @flow
    def flow_method(self, x):
        return [self.number, x, self.task_method(x)]

    @task
    def task_method(self, x):
        return self.number + x

    @classmethod
    @flow
    def flow_of_the_class(cls, x):
        return cls.size + x

    @classmethod
    @task
    def task_of_the_class(cls, x):
        return cls.size + x

    @staticmethod
    @flow
    def static_flow(x):
        return x

    @staticmethod
    @task
    def static_task(x):
        return x


def flow_method():
    return _Shelf(5).flow_method(2)


def task_method():
    @flow
    def main():
        shelf = _Shelf(5)
        return [
            shelf.task_method(1),
            shelf.task_method.submit(2).result(),
            shelf.task_method.map([1, 2]).result(),
        ]

    return main()


def two_instances_do_not_meet():
    first, second = _Shelf(1), _Shelf(2)
    one, two = first.flow_method, second.flow_method
    return [one(0)[0], two(0)[0]]


def class_methods():
    @flow
    def main():
        return [_Shelf.task_of_the_class(1), _Shelf(1).task_of_the_class(1)]

    return [_Shelf.flow_of_the_class(1), _Shelf(1).flow_of_the_class(1), main()]


def static_methods():
    @flow
    def main():
        return [_Shelf.static_task(1), _Shelf(1).static_task(1)]

    return [_Shelf.static_flow(1), _Shelf(1).static_flow(1), main()]


def method_with_options():
    return _Shelf(5).flow_method.with_options(name="other")(1)


def task_outside_of_a_flow():
    @task
    def one(x):
        return x + 1

    return one(1)


def failing_task_outside_of_a_flow():
    @task
    def one():
        raise ValueError("no")

    return [error_of(one), shown(one(return_state=True))]


def task_outside_of_a_flow_is_tried_again():
    calls = []

    @task(retries=1)
    def one():
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("no")
        return len(calls)

    return one()


def task_in_a_task():
    @task
    def inner(x):
        return x + 1

    @task
    def outer(x):
        return inner(x) + inner(x)

    @flow
    def main():
        return outer(1)

    return main()


def submit_in_a_task():
    @task
    def inner(x):
        return x + 1

    @task
    def outer():
        return inner.submit(1).result()

    @flow
    def main():
        return outer()

    return main()


def map_in_a_submitted_task():
    @task
    def inner(x):
        return x + 1

    @task
    def outer():
        return inner.map([1, 2]).result()

    @flow
    def main():
        return outer.submit().result()

    return main()


def failing_task_in_a_task():
    @task
    def inner():
        raise ValueError("no")

    @task
    def outer():
        return error_of(inner)

    @flow
    def main():
        return outer()

    return main()


def partial_function():
    def add(x, y):
        return x + y

    return error_class(task, functools.partial(add, 1))


def decorated_function_below():
    def twice(function):
        @functools.wraps(function)
        def called(*args):
            return function(*args) * 2

        return called

    @flow
    @twice
    def main(x):
        return x

    return [main(3), main.name]


def generator_task():
    @task
    def numbers():
        yield from (1, 2, 3)

    @flow
    def main():
        return list(numbers())

    return main()


def generator_flow():
    @flow
    def numbers():
        yield from (1, 2, 3)

    return list(numbers())


def generator_task_is_lazy():
    seen = []

    @task
    def numbers():
        for number in (1, 2, 3):
            seen.append(number)
            yield number

    @flow
    def main():
        return [next(numbers()), list(seen)]

    return main()


def generator_task_that_fails():
    @task
    def numbers():
        yield 1
        raise ValueError("no")

    @flow
    def main():
        found = []
        try:
            for number in numbers():
                found.append(number)
        except ValueError as error:
            found.append(str(error))
        return found

    return main()


def submitted_generator_task():
    @task
    def numbers():
        yield from (1, 2, 3)

    @flow
    def main():
        return numbers.submit().result()

    return main()


def generator_task_with_retries():
    calls = []

    @task(retries=1)
    def numbers():
        calls.append(1)
        yield len(calls)
        if len(calls) == 1:
            raise ValueError("no")

    @flow
    def main():
        return list(numbers())

    return main()


def one_flow_twice():
    @flow
    def main(x):
        return x

    return [main(1), main(2)]


def flows_in_two_threads():
    from concurrent.futures import ThreadPoolExecutor

    @task
    def double(x):
        return 2 * x

    @flow
    def main(x):
        return double(x)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(main, [1, 2, 3, 4]))


def generator_flow_with_an_error():
    @flow
    def numbers():
        yield 1
        raise ValueError("no")

    found = []
    try:
        for number in numbers():
            found.append(number)
    except ValueError as error:
        found.append(str(error))
    return found


def generator_task_that_is_closed_early():
    closed = []

    @task
    def numbers():
        try:
            yield 1
            yield 2
        finally:
            closed.append(1)

    @flow
    def main():
        found = numbers()
        first = next(found)
        found.close()
        return [first, closed]

    return main()


def generator_task_returns_its_state():
    @task
    def numbers():
        yield 1

    @flow
    def main():
        return error_class(numbers, return_state=True)

    return main()


def generator_task_takes_futures():
    @task
    def one():
        return 3

    @task
    def numbers(count):
        yield from range(count)

    @flow
    def main():
        return list(numbers(one.submit()))

    return main()


def generator_task_runs_in_its_context():
    from syntask.context import TaskRunContext

    @task
    def numbers():
        yield TaskRunContext.get() is not None

    @flow
    def main():
        return [[*numbers()], TaskRunContext.get()]

    return main()


def generator_flow_has_subflows():
    @flow
    def child(x):
        return x * 2

    @flow
    def numbers():
        for x in (1, 2):
            yield child(x)

    return list(numbers())


def empty_generator_task():
    @task
    def numbers():
        yield from ()

    @flow
    def main():
        return list(numbers())

    return main()


def inherited_methods():
    class Large(_Shelf):
        size = 10

        def __init__(self):
            super().__init__(7)

    return [Large().flow_method(1), Large.flow_of_the_class(1)]


def method_calls_super():
    class Large(_Shelf):
        @task
        def task_method(self, x):
            return super().task_method(x) * 10

    @flow
    def main():
        return Large(2).task_method(1)

    return main()


def task_of_a_class_without_an_instance():
    class Shelf:
        @task
        def task_method(self, x):
            return x + 1

    @flow
    def main():
        return Shelf.task_method(Shelf(), 1)

    return main()


def submitted_method_with_futures():
    @flow
    def main():
        shelf = _Shelf(1)
        return shelf.task_method.submit(shelf.task_method.submit(1)).result()

    return main()


def mapped_method():
    @flow
    def main():
        return _Shelf(1).task_method.map(x=[1, 2]).result()

    return main()


def copies():
    import copy

    return [copy.copy(_module_task).name, copy.deepcopy(_module_task).name, copy.copy(_module_task)(1)]


@task
def _module_task(x):
    return x + 1


def source_of_the_decorated():
    return inspect.getsource(_module_task.fn).startswith("@task")


def wrapped_function():
    return [_module_task.__wrapped__ is _module_task.fn, inspect.isfunction(_module_task.fn)]


def module_of_the_decorated():
    return [_module_task.__module__ == __name__, _module_task.__qualname__]


def annotations_of_the_decorated():
    @flow
    def main(x: int) -> str:
        return str(x)

    return [main.__annotations__ == {"x": int, "return": str}, list(inspect.signature(main).parameters)]


def coroutine_functions_are_told_apart():
    @flow
    async def main():
        pass

    @flow
    def other():
        pass

    return [main.isasync, other.isasync, inspect.iscoroutinefunction(main.fn)]


def task_with_a_lambda():
    @flow
    def main():
        return task(lambda x: x + 1)(1)

    return main()


def callable_object_as_a_task():
    class Adds:
        def __call__(self, x):
            return x + 1

    @flow
    def main():
        return task(Adds())(1)

    return error_class(main)


def decorated_twice():
    @flow
    @task
    def main(x):
        return x + 1

    return main(1)


def flow_that_calls_itself_as_a_task():
    @task
    def factorial(n):
        return 1 if n <= 1 else n * factorial(n - 1)

    @flow
    def main():
        return factorial(5)

    return main()


def thread_in_a_task():
    import threading

    @task
    def work():
        found = []
        thread = threading.Thread(target=lambda: found.append(5))
        thread.start()
        thread.join()
        return found

    @flow
    def main():
        return work()

    return main()


def pool_of_processes_in_a_task():
    import subprocess
    import sys

    @task
    def work():
        return subprocess.run([sys.executable, "-c", "print(5)"], capture_output=True, text=True).stdout

    @flow
    def main():
        return work.submit().result()

    return main()


def flow_in_a_thread_of_a_flow():
    import threading

    from syntask.runtime import flow_run

    @flow
    def child():
        return flow_run.parent_flow_run_id

    @flow
    def main():
        found = []
        thread = threading.Thread(target=lambda: found.append(child()))
        thread.start()
        thread.join()
        return found

    return main()


def task_in_a_thread_of_a_flow():
    from concurrent.futures import ThreadPoolExecutor

    @task
    def one(x):
        return x + 1

    @flow
    def main():
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(one, [1, 2]))

    return main()
