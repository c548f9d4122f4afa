#!/bin/sh
# Prefect 3.8.8 and 3.9.1: a flow that is no coroutine ends up to a second late, because its heartbeats do.
#
# Behaviour: a run emits heartbeats by a thread that looks once a second whether the run has ended. A flow that is a
# plain function waits for this thread before its call returns; a flow that is a coroutine does not.
# Seen:   an empty flow, called nine times: a call of the plain function takes more than half a second longer than one
#         of the coroutine. Its state is Completed long before.
# Why it matters: a parent with sixty small subflows takes up to a minute more, and so does a test suite that calls
# flows; figures of how fast runs are mostly show this wait. The setting `flows.heartbeat_frequency` does not change it,
# since the thread looks once a second whatever the frequency is. Flows that are coroutines do not wait.
. "$(dirname "$0")/lib.sh"
cat >"$folder/look.py" <<'PYTHON'
import asyncio
import logging
import statistics
import time

import prefect
from prefect import flow

logging.disable(logging.CRITICAL)


@flow
def plain():
    pass


@flow
async def coroutine():
    pass


def seconds(call):
    call()
    took = []
    for _ in range(9):
        began = time.perf_counter()
        call()
        took.append(time.perf_counter() - began)
    return statistics.median(took)


one, other = seconds(plain), seconds(lambda: asyncio.run(coroutine()))
print(prefect.__version__, "late" if one > other + 0.5 else f"{one:.2f} {other:.2f}")
PYTHON
see look.py 3.8.8 3.9.1
same <<'TEXT'
3.8.8 late
3.9.1 late
TEXT
