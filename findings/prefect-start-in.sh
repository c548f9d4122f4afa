#!/bin/sh
# Prefect 3.9.1: `deployment run --start-in 1:30` is not in an hour and a half, and `--start-at` may be a day off.
#
# Behaviour: the text of `--start-in` gets an `in ` before it, and is then read as a date in words. Numbers without a unit
# are parts of dates: `30` is the 30th of the month, `1:30` half past one at night. Of `--start-at`, a time is read in
# the machine's zone, but beside today in UTC, so that `23:00` is a day later in the evening of New York, and
# `tomorrow 06:00` is in UTC. A date with points has the month first, and one that is past starts at once.
# Seen on 1 December 2026 at 22:20 in New York, 2 December 03:20 in UTC, scheduled for, in the time of New York:
#   --start-in 90m     1 December 23:50          --start-at 23:00               2 December, not in 40 minutes
#   --start-in 1:30    3 December 01:30          --start-at 'tomorrow 06:00'    3 December 01:00
#   --start-in 30      30 December 00:00         --start-at '05.12.2026 06:00'  12 May 2026, so now
# Why it matters: a run that is put off by hand is a repair, or a load that must not meet another one. The command answers
# with the time that it chose, in UTC, and says it in words, such as `in 28 days`, which is there to be read. Give units.
. "$(dirname "$0")/lib.sh"
cat >"$folder/look.py" <<'PYTHON'
import asyncio
import contextlib
import io
import sys
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import dateparser
from prefect import __version__, get_client
from prefect.cli import app

# The clock of the command. That of the rest goes on.
NOW = datetime(2026, 12, 2, 3, 20, tzinfo=timezone.utc)
parse = dateparser.parse
dateparser.parse = lambda text, settings: parse(text, settings={**settings, "RELATIVE_BASE": NOW})


async def deploy():
    async with get_client() as client:
        await client.create_deployment(await client.create_flow_from_name("load"), "daily")


async def last():
    async with get_client() as client:
        runs = await client.read_flow_runs()
        run = max(runs, key=lambda run: run.created)
        return run.next_scheduled_start_time or run.expected_start_time


asyncio.run(deploy())
for option, text in (
    ("--start-in", "90m"),
    ("--start-in", "1:30"),
    ("--start-in", "30"),
    ("--start-at", "23:00"),
    ("--start-at", "tomorrow 06:00"),
    ("--start-at", "05.12.2026 06:00"),
):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        sys.argv[1:] = ["deployment", "run", "load/daily", option, text]
        app()
    time = asyncio.run(last()).astimezone(ZoneInfo("America/New_York"))
    print(__version__, option, text, "|", f"{time:%d %B %Y %H:%M}")
PYTHON
export TZ=America/New_York
see look.py 3.9.1
same <<'TEXT'
3.9.1 --start-in 90m | 01 December 2026 23:50
3.9.1 --start-in 1:30 | 03 December 2026 01:30
3.9.1 --start-in 30 | 30 December 2026 00:00
3.9.1 --start-at 23:00 | 02 December 2026 23:00
3.9.1 --start-at tomorrow 06:00 | 03 December 2026 01:00
3.9.1 --start-at 05.12.2026 06:00 | 12 May 2026 06:00
TEXT
