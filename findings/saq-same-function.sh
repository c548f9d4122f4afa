#!/bin/sh
# SAQ 0.26.4: of two cron jobs of one function, the second never runs, whatever its times and arguments are.
#
# Behaviour: a CronJob is unique if nothing is said, and its key is the name of its function. The worker enqueues the next
# run of each cron job when it is not there yet, in the order of the list. The run of the first waits for its time under
# the key, so that the second is taken for a duplicate; when the first has run, its next run is there before the second.
# Nothing is logged, and `enqueue` answers None, which the worker does not look at.
# Seen, of load(region="eu") each even second and load(region="us") each odd second:   eu runs, us does not
#      with unique=False for both, or with two functions:                              both run
# Why it matters: one function with other arguments for each customer, region or table is how cron jobs are written. The
# list is read without a complaint, and only its first line works. Who looks at the log sees the function run.
. "$(dirname "$0")/lib.sh"
postgres
install venv 'saq[postgres]==0.26.4'
cat >"$folder/run.py" <<'PYTHON'
import asyncio
import sys

from saq import CronJob, Queue, Worker

ran = []


async def load(ctx, region):
    ran.append(region)


async def load_us(ctx, region):
    ran.append(region)


async def main(name, second, **options):
    ran.clear()
    queue = Queue.from_url(sys.argv[1], name=name)
    await queue.connect()
    jobs = [
        CronJob(load, cron="* * * * * */2", kwargs={"region": "eu"}, **options),
        CronJob(second, cron="* * * * * 1-59/2", kwargs={"region": "us"}, **options),
    ]
    worker = Worker(queue, functions=[], cron_jobs=jobs)
    task = asyncio.create_task(worker.start())
    for _ in range(60):
        await asyncio.sleep(1)
        if ran.count("eu") > 2 and (ran.count("us") > 2 or ran.count("eu") > 5):
            break
    await worker.stop()
    task.cancel()
    await queue.disconnect()
    print(f"{name}:", *(f"{region} {'runs' if region in ran else 'never runs'}" for region in ("eu", "us")))


asyncio.run(main("one function", load))
asyncio.run(main("unique=False", load, unique=False))
asyncio.run(main("two functions", load_us))
PYTHON
"$folder/venv/bin/python" "$folder/run.py" "postgresql://postgres@127.0.0.1:$database/postgres" >"$folder/seen" 2>"$folder/log"
same <<'TEXT'
one function: eu runs us never runs
unique=False: eu runs us runs
two functions: eu runs us runs
TEXT
