#!/bin/sh
# pydocket 0.27.2: a task whose cron expression is changed runs at the next time of the old expression first.
#
# Behaviour: a task with `Cron` plans its next run when a worker starts, with the name of its function as the key, unless
# there is a run of that key. A deploy with another expression or time zone finds the run that the old one planned, and
# leaves it. So does the worker, which looks again each minute. The new expression is read once the old run has ended.
# Seen:   0 6 1 1 *                      planned for 1 January, 06:00
#         changed to * * * * *           planned for 1 January, 06:00
# Why it matters: a report that is moved from the first of the month to each morning comes on the first of the month. The
# worker starts, shows no error, and lists the task. Cancel the planned run by its key after a change.
. "$(dirname "$0")/lib.sh"
install venv pydocket==0.27.2
"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
import asyncio

from docket import Docket, Worker
from docket.dependencies import Cron


def report_by(line):
    async def report(cron: Cron = Cron(line)): ...

    return report


async def main():
    for line in ("0 6 1 1 *", "* * * * *"):
        async with Docket("reports", url="memory://") as docket:
            docket.register(report_by(line))
            async with Worker(docket) as worker:
                running = asyncio.create_task(worker.run_forever())
                while not (await docket.snapshot()).future:
                    await asyncio.sleep(0.1)
                await asyncio.sleep(2)
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
            for run in (await docket.snapshot()).future:
                print(line, "|", run.key, f"{run.when:%d.%m. %H:%M}")


asyncio.run(main())
PYTHON
same <<'TEXT'
0 6 1 1 * | report 01.01. 06:00
* * * * * | report 01.01. 06:00
TEXT
