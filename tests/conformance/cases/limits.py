"""Concurrency limits, as far as they need no server."""

import asyncio

from _observing import error_class
from syntask import flow, task


def limit_that_does_not_exist():
    from syntask.concurrency.sync import concurrency

    @flow
    def main():
        with concurrency("nowhere", occupy=1):
            return "entered"

    return main()


def limit_that_must_exist():
    from syntask.concurrency.sync import concurrency

    def enter():
        with concurrency("nowhere", occupy=1, strict=True):
            return "entered"

    return error_class(enter)


def several_limits_that_do_not_exist():
    from syntask.concurrency.sync import concurrency

    with concurrency(["nowhere", "elsewhere"]):
        return "entered"


def async_limit_that_does_not_exist():
    from syntask.concurrency.asyncio import concurrency

    @flow
    async def main():
        async with concurrency("nowhere", occupy=1):
            return "entered"

    return asyncio.run(main())


def rate_limit_that_does_not_exist():
    from syntask.concurrency.sync import rate_limit

    @flow
    def main():
        return rate_limit("nowhere", occupy=1)

    return main()


def error_inside_of_a_limit():
    from syntask.concurrency.sync import concurrency

    def enter():
        with concurrency("nowhere"):
            raise ValueError("no")

    return error_class(enter)


def tag_without_a_limit():
    @task(tags=["nowhere"])
    def one(x):
        return x

    @flow
    def main():
        return one.map([1, 2]).result()

    return main()
