#!/bin/sh
# Prefect 3.9.1: `prefect transfer` copies the first 200 variables, says that it completed, and drops decays of limits.
#
# Behaviour: variables, deployments, blocks, pools, queues and automations are read with one request each, and a server
# answers at most 200 of them. Only global concurrency limits are read to the end. Of these, `slot_decay_per_second` is
# not copied: a rate limit becomes a limit whose slots never come back by themselves.
# Seen:   205 variables on the source, 200 on the target, and `Transfer completed successfully`, exit 0
#         slot_decay_per_second 0.5 on the source, 0.0 on the target
# Why it matters: who moves a server that has been used for years has more than 200 of something, and sees 200 green
# lines. What is missing is found by the runs that fail. `rate_limit` takes slots that nobody gives back, so without the
# decay, the runs that use it wait for ever after the first few.
. "$(dirname "$0")/lib.sh"
cat >"$folder/fill.py" <<'PYTHON'
import asyncio

from prefect import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate, VariableCreate


async def main():
    async with get_client() as client:
        for number in range(205):
            await client.create_variable(VariableCreate(name=f"region_{number}", value=number))
        limit = GlobalConcurrencyLimitCreate(name="api", limit=3, slot_decay_per_second=0.5)
        await client.create_global_concurrency_limit(limit)


asyncio.run(main())
PYTHON
cat >"$folder/look.py" <<'PYTHON'
import asyncio
import os

from prefect import get_client


async def main():
    async with get_client() as client:
        count = (await client._client.post("/variables/count", json={})).json()
        limit = await client.read_global_concurrency_limit_by_name("api")
        print(os.environ["PREFECT_PROFILE"], count, "variables, decay", limit.slot_decay_per_second)


asyncio.run(main())
PYTHON
transfer 3.9.1
tr '\n' ' ' <"$folder/transfer.log" | grep -o 'Transfer completed[^:]*' >>"$folder/seen"
same <<'TEXT'
source 205 variables, decay 0.5
target 200 variables, decay 0.0
Transfer completed successfully
TEXT
