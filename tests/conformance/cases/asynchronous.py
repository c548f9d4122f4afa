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
