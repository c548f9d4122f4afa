"""A flow that has deployments run, and waits for them."""

import asyncio

from syntask import flow
from syntask.deployments import arun_deployment, run_deployment


@flow
def part(number: int = 1) -> None:
    if number > 2:
        raise ValueError("too many")
    print(f"part {number}")


@flow(flow_run_name="days-{days}")
def named(days: int = 3) -> None:
    """Is called otherwise than it was asked for."""


@flow
def whole() -> None:
    first = run_deployment("part/p", parameters={"number": 2}, flow_run_name="the-second")
    print(first.name, first.state.name, first.parameters)
    failed = run_deployment("part/p", parameters={"number": 3})
    print(failed.state.name, failed.state.message)
    later = run_deployment("part/p", timeout=0, idempotency_key="once")
    again = run_deployment("part/p", idempotency_key="once")
    print(later.state.is_final(), again.id == later.id, again.state.name)


@flow
async def together() -> None:
    runs = await asyncio.gather(*(arun_deployment("part/p", parameters={"number": each}) for each in (1, 2)))
    print([run.state.is_completed() for run in runs])
