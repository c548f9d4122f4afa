"""A client that only posts: the rate that a server allows, whoever asks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Bodies:
    """What is posted: *flows*, and *deployments* with the name of the flow that each is of."""

    flows: tuple[Body, ...]
    deployments: tuple[tuple[str, Body], ...]

    def first(self, count: int) -> Bodies:
        """The first deployments, with their flows."""
        deployments = self.deployments[:count]
        names = {name for name, _ in deployments}
        return Bodies(tuple(flow for flow in self.flows if flow["name"] in names), deployments)


def post_all(api: str, bodies: Bodies, *, at_a_time: int) -> float:
    """The seconds that it takes to make *bodies*, asking again where the server is too busy."""
    began = time.perf_counter()
    asyncio.run(_post_all(api, bodies, at_a_time))
    return time.perf_counter() - began


async def _post_all(api: str, bodies: Bodies, at_a_time: int) -> None:
    limits = httpx.Limits(max_connections=at_a_time, max_keepalive_connections=at_a_time)
    async with httpx.AsyncClient(base_url=api, timeout=120, limits=limits, trust_env=False) as client:

        async def post(path: str, body: Body) -> Any:
            while True:
                with suppress(httpx.TransportError):  # a server on SQLite drops connections, too
                    answer = await client.post(path, json=body)
                    # Two at a time that need the same new queue are a conflict to it.
                    if answer.status_code not in (409, 503):
                        return answer.raise_for_status().json()
                await asyncio.sleep(0.01)

        async def deploy(name: str, body: Body) -> Any:
            return await post("/deployments/", {**body, "flow_id": ids[name]})

        made = await _in_parallel(lambda flow: post("/flows/", flow), bodies.flows, at_a_time)
        ids = {flow["name"]: flow["id"] for flow in made}
        await _in_parallel(lambda pair: deploy(*pair), bodies.deployments, at_a_time)


async def _in_parallel(
    call: Callable[[Any], Awaitable[Any]], items: Sequence[Any], at_a_time: int
) -> list[Any]:
    """The results for *items*, of which so many are under way at a time."""
    waiting = iter(enumerate(items))
    results: list[Any] = [None] * len(items)

    async def work() -> None:
        for index, item in waiting:
            results[index] = await call(item)

    await asyncio.gather(*(work() for _ in range(at_a_time)))
    return results
