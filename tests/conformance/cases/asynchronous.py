"""Async flows and tasks, and the two kinds mixed."""

import asyncio

from _observing import error_of, shown
from syntask import flow, task
from syntask.context import get_run_context


@task
async def add(x, y=1):
    await asyncio.sleep(0)
    return x + y


@task
def add_now(x, y=1):
    return x + y


@task
async def fail():
    raise ValueError("no")


def _in_flow(body):
    @flow
    async def main():
        return await body()

    return asyncio.run(main())


def async_flow_gives_a_coroutine():
    @flow
    async def main():
        return 1

    return asyncio.run(main())


def async_task_in_an_async_flow():
    async def body():
        return await add(1)

    return _in_flow(body)


def sync_task_in_an_async_flow():
    async def body():
        return add_now(1)

    return _in_flow(body)


def async_task_in_a_sync_flow():
    @flow
    def main():
        return asyncio.run(_await(add(1)))

    async def _await(coroutine):
        return await coroutine

    return main()


def submitted_async_task_in_a_sync_flow():
    @flow
    def main():
        return add.submit(1).result()

    return main()


def mapped_async_task_in_a_sync_flow():
    @flow
    def main():
        return add.map([1, 2]).result()

    return main()


def submitted_task_in_an_async_flow():
    async def body():
        return [add.submit(1).result(), add_now.submit(1).result()]

    return _in_flow(body)


def gather():
    async def body():
        return await asyncio.gather(*(add(x) for x in (1, 2, 3)))

    return _in_flow(body)


def gather_is_side_by_side():
    order = []

    @task
    async def nap(name, seconds):
        await asyncio.sleep(seconds)
        order.append(name)

    async def body():
        await asyncio.gather(nap("slow", 0.06), nap("quick", 0.01))

    _in_flow(body)
    return order


def gather_with_a_failure():
    async def body():
        found = await asyncio.gather(add(1), fail(), return_exceptions=True)
        return [found[0], repr(found[1])]

    return _in_flow(body)


def each_gathered_task_has_its_own_context():
    @task
    async def who(name):
        await asyncio.sleep(0.01)
        return [name, get_run_context().parameters["name"]]

    async def body():
        return await asyncio.gather(who("a"), who("b"))

    return _in_flow(body)


def task_group():
    async def body():
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(add(x)) for x in (1, 2)]
        return [task.result() for task in tasks]

    return _in_flow(body)


def failure_of_an_async_flow():
    @flow
    async def main():
        await fail()

    return [error_of(lambda: asyncio.run(main())), shown(asyncio.run(main(return_state=True)))]


def return_state_of_an_async_task():
    async def body():
        state = await add(1, return_state=True)
        return [shown(state), await state.result()]

    return _in_flow(body)


def async_subflow():
    @flow
    async def child(x):
        return await add(x)

    async def body():
        return await asyncio.gather(child(1), child(2))

    return _in_flow(body)


def sync_subflow_in_an_async_flow():
    @flow
    def child(x):
        return add_now(x)

    async def body():
        return child(1)

    return _in_flow(body)


def sync_flow_in_a_thread_of_an_async_flow():
    @flow
    def child(x):
        return add_now(x)

    async def body():
        return await asyncio.to_thread(child, 1)

    return _in_flow(body)


def async_flow_is_tried_again():
    calls = []

    @flow(retries=1, retry_delay_seconds=0.01)
    async def main():
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("no")
        return len(calls)

    return asyncio.run(main())


def retry_delay_of_an_async_task_lets_others_run():
    calls, order = [], []

    @task(retries=1, retry_delay_seconds=0.06)
    async def again():
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("no")
        order.append("again")

    @task
    async def other():
        await asyncio.sleep(0.01)
        order.append("other")

    async def body():
        await asyncio.gather(again(), other())

    _in_flow(body)
    return order


def async_generator_task():
    @task
    async def numbers():
        for number in (1, 2):
            yield number

    async def body():
        return [number async for number in numbers()]

    return _in_flow(body)


def async_generator_flow():
    @flow
    async def numbers():
        for number in (1, 2):
            yield number

    async def collect():
        return [number async for number in numbers()]

    return asyncio.run(collect())


def async_task_with_a_cache():
    calls = []

    @task(cache_key_fn=lambda context, parameters: "async")
    async def count():
        calls.append(1)
        return len(calls)

    async def body():
        return [await count(), await count()]

    return _in_flow(body)


def async_method():
    class Shelf:
        number = 3

        @flow
        async def count(self, x):
            return self.number + await self.add(x)

        @task
        async def add(self, x):
            return self.number + x

    return asyncio.run(Shelf().count(1))


def async_task_that_is_cancelled():
    async def body():
        @task
        async def slow():
            await asyncio.sleep(5)

        running = asyncio.ensure_future(slow())
        await asyncio.sleep(0.05)
        running.cancel()
        try:
            await running
        except asyncio.CancelledError:
            return "cancelled"

    return _in_flow(body)


def async_flow_that_is_cancelled():
    @flow
    async def main():
        await asyncio.sleep(5)

    async def cancel():
        running = asyncio.ensure_future(main())
        await asyncio.sleep(0.2)
        running.cancel()
        try:
            await running
        except asyncio.CancelledError:
            return "cancelled"

    return asyncio.run(cancel())


def wait_for_of_an_async_flow():
    @flow
    async def main():
        try:
            await asyncio.wait_for(nap(), 0.05)
        except TimeoutError:
            return "too slow"

    @task
    async def nap():
        await asyncio.sleep(5)

    return asyncio.run(main())


def futures_as_arguments_in_an_async_flow():
    async def body():
        return await add(add.submit(1))

    return _in_flow(body)


def async_upstream_failure():
    async def body():
        return shown(await add(fail.submit(), return_state=True))

    return _in_flow(body)


def hooks_of_an_async_task():
    seen = []

    @task(on_completion=[lambda task, run, state: seen.append(state.name)])
    async def one():
        pass

    async def body():
        await one()

    _in_flow(body)
    return seen


def async_task_outside_of_a_flow():
    return asyncio.run(add(1))


def task_types_say_whether_they_are_async():
    @flow
    async def main():
        pass

    return [add.isasync, add_now.isasync, main.isasync]


def async_task_in_a_submitted_sync_task():
    @task
    def outer():
        return asyncio.run(_ask())

    async def _ask():
        return await add(1)

    @flow
    def main():
        return outer.submit().result()

    return main()


def async_flow_in_a_sync_flow():
    @flow
    async def child(x):
        return await add(x)

    @flow
    def main():
        return asyncio.run(child(1))

    return main()


def submit_of_many_async_tasks():
    async def body():
        futures = [add.submit(x) for x in range(5)]
        return [future.result() for future in futures]

    return _in_flow(body)


def timeout_of_an_async_task_leaves_others():
    @task(timeout_seconds=0.05)
    async def slow():
        await asyncio.sleep(5)

    async def body():
        found = await asyncio.gather(slow(return_state=True), add(1))
        return [found[0].name, found[1]]

    return _in_flow(body)


def timeout_of_a_submitted_async_task():
    @task(timeout_seconds=0.05)
    async def slow():
        await asyncio.sleep(5)

    @flow
    def main():
        future = slow.submit()
        future.wait()
        return shown(future.state)

    return main()


def async_task_that_is_quick_enough():
    @task(timeout_seconds=5)
    async def quick():
        return 1

    async def body():
        return await quick()

    return _in_flow(body)


def task_group_with_a_failure():
    async def body():
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(fail())
        except ExceptionGroup as found:
            return [str(error) for error in found.exceptions]

    return _in_flow(body)


def async_context_variables():
    import contextvars

    own = contextvars.ContextVar("own", default="unset")

    @task
    async def read():
        return own.get()

    async def body():
        own.set("set")
        return [await read(), read.submit().result()]

    return _in_flow(body)


def async_iterator_in_a_flow():
    async def numbers():
        for number in (1, 2):
            yield number

    async def body():
        return [await add(number) async for number in numbers()]

    return _in_flow(body)


def async_generator_task_that_fails():
    @task
    async def numbers():
        yield 1
        raise ValueError("no")

    async def body():
        found = []
        try:
            async for number in numbers():
                found.append(number)
        except ValueError as error:
            found.append(str(error))
        return found

    return _in_flow(body)


def async_flow_that_returns_futures():
    @flow
    async def main():
        return [add.submit(1), fail.submit()]

    return shown(asyncio.run(main(return_state=True)))


def async_flow_parameters_are_converted():
    @flow
    async def main(x: int):
        return x

    return asyncio.run(main("5"))


def async_hooks_and_names():
    seen = []

    async def hook(flow, run, state):
        await asyncio.sleep(0)
        seen.append([run.name, state.name])

    @flow(flow_run_name="{x}", on_completion=[hook], on_running=[hook])
    async def main(x):
        pass

    asyncio.run(main(5))
    return seen


def async_task_with_a_sync_function_in_a_thread():
    async def body():
        return await asyncio.to_thread(add_now, 1)

    return _in_flow(body)


def running_loop_is_the_callers():
    @task
    async def loop():
        return asyncio.get_running_loop()

    async def body():
        return await loop() is asyncio.get_running_loop()

    return _in_flow(body)


def async_task_called_twice_with_await_at_the_end():
    async def body():
        first, second = add(1), add(2)
        return [await second, await first]

    return _in_flow(body)


def keyboard_interrupt_in_an_async_flow():
    @flow
    async def main():
        raise KeyboardInterrupt

    return error_of(lambda: asyncio.run(main())).partition(":")[0]


def async_sleep_of_a_retry_does_not_block():
    attempts = []

    @task(retries=1, retry_delay_seconds=0.05)
    async def again():
        attempts.append(1)
        if len(attempts) == 1:
            raise ValueError("no")

    ticks = []

    async def tick():
        for _ in range(3):
            await asyncio.sleep(0.005)
            ticks.append(len(attempts))

    async def body():
        await asyncio.gather(again(), tick())
        return set(ticks) == {1}

    return _in_flow(body)
