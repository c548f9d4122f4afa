#!/bin/sh
# Prefect 3.9.1: `prefect transfer` leaves out all deployments of the default queue of a work pool, without a word.
#
# Behaviour: what the target has, or makes itself, is skipped, and what depends on it is then never looked at: it is not
# among the results, and not counted. The queue `default` of a pool is always skipped, so each deployment that names no
# other queue stays behind. A second transfer, or one to a server that has the pool, skips the pool, and so all
# queues and deployments in it. The command ends with 0. The limit of a deployment's runs is not copied to it, either.
# Seen with three deployments:   on a new server             in-fast (a queue of its own) and in-no-pool arrive
#                                that is, in the results     `6 succeeded, 1 skipped`; in-default is not named
#                                limit of in-fast            1 on the source, none on the target
# Why it matters: it is the way from one server to the next. Most deployments are in the default queue, as `prefect
# deploy` puts them there. The list of results is green, and the schedules of what is missing run nowhere once the old
# server is off. Compare the numbers of deployments on both servers.
. "$(dirname "$0")/lib.sh"
cat >"$folder/fill.py" <<'PYTHON'
import asyncio

from prefect import get_client
from prefect.client.schemas.actions import WorkPoolCreate


async def main():
    async with get_client() as client:
        await client.create_work_pool(WorkPoolCreate(name="pool", type="process"))
        await client.create_work_queue("fast", work_pool_name="pool")
        flow = await client.create_flow_from_name("load")
        await client.create_deployment(flow, "in-default", work_pool_name="pool")
        await client.create_deployment(
            flow, "in-fast", work_pool_name="pool", work_queue_name="fast", concurrency_limit=1
        )
        await client.create_deployment(flow, "in-no-pool")


asyncio.run(main())
PYTHON
cat >"$folder/look.py" <<'PYTHON'
import asyncio
import os

from prefect import get_client


async def main():
    async with get_client() as client:
        found = sorted(await client.read_deployments(), key=lambda each: each.name)
        limits = {each.name: each.global_concurrency_limit and each.global_concurrency_limit.limit for each in found}
        print(os.environ["PREFECT_PROFILE"], limits)


asyncio.run(main())
PYTHON
transfer 3.9.1
grep -o 'Transfer completed.*' "$folder/transfer.log" >>"$folder/seen"
grep -c 'in-default' "$folder/transfer.log" >>"$folder/seen" || true
same <<'TEXT'
source {'in-default': None, 'in-fast': 1, 'in-no-pool': None}
target {'in-fast': None, 'in-no-pool': None}
Transfer completed: 6 succeeded, 1 skipped
0
TEXT
