#!/bin/sh
# Prefect 3.8.8 and 3.9.1: `--overwrite` of a work pool resumes it and takes away its limit, and of a variable, its tags.
#
# Behaviour: `work-pool create NAME --type … --overwrite` writes all values of the pool: those that no option gives become
# empty. There is no option for the limit of runs, and without `--paused` the pool is resumed. `variable set --overwrite`
# without `--tag` removes the tags, as does `Variable.set(…, overwrite=True)`. Both say that they updated it.
# Seen:   pool with limit 3, paused, a description    after create --overwrite: no limit, not paused, no description
#         variable with the tag `team`                after set --overwrite: no tags
# Why it matters: this is how a script of CI makes sure that a pool exists with the template of the commit. It resumes
# the pool that somebody paused because of a fault, and starts all waiting runs at once, without the limit that
# protects the database. Use `work-pool update --base-job-template`.
. "$(dirname "$0")/lib.sh"
cat >"$folder/look.py" <<'PYTHON'
import asyncio
import subprocess
import sys
from pathlib import Path

from prefect import __version__, get_client
from prefect.client.schemas.actions import WorkPoolUpdate


def prefect(*words):
    command = [Path(sys.executable).with_name("prefect"), "--no-prompt", *words]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


async def changed():
    async with get_client() as client:
        change = WorkPoolUpdate(description="Loads", concurrency_limit=3, is_paused=True)
        await client.update_work_pool("pool", change)


async def shown(when):
    async with get_client() as client:
        pool = await client.read_work_pool("pool")
        variable = await client.read_variable_by_name("region")
        print(__version__, when, "| pool", pool.concurrency_limit, pool.is_paused, pool.description, end=" | ")
        print("variable", variable.value, variable.tags)


prefect("work-pool", "create", "pool", "--type", "process")
prefect("variable", "set", "region", "eu", "--tag", "team")
asyncio.run(changed())
asyncio.run(shown("before"))
prefect("work-pool", "create", "pool", "--type", "process", "--overwrite")
prefect("variable", "set", "region", "us", "--overwrite")
asyncio.run(shown("after"))
PYTHON
see look.py 3.8.8 3.9.1
same <<'TEXT'
3.8.8 before | pool 3 True Loads | variable eu ['team']
3.8.8 after | pool None False None | variable us []
3.9.1 before | pool 3 True Loads | variable eu ['team']
3.9.1 after | pool None False None | variable us []
TEXT
