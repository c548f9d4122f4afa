#!/bin/sh
# Prefect 3.8.8 and 3.9.1: what runs at 02:30 on the day on which there is no 02:30.
#
# Behaviour: on the night in which the clocks go forward, a cron schedule of 3.8.8 fires an hour early, at 01:30, and
# one of 3.9.1 (or of 3.8.8 on Python 3.13) at 03:30, after the jump. A recurrence rule fires at 01:30 with both.
# Seen:   29 March 2026 in Berlin: cron 01:30 with 3.8.8, 03:30 with 3.9.1; rule 01:30 with both.
# Why it matters: a job that reads what another leaves at 02:00 runs before it once a year, and an update of the server
# changes on which side of the jump the jobs fall. Two schedules that mean the same in words run two hours apart.
. "$(dirname "$0")/lib.sh"
if python3 -c 'import sys; sys.exit(sys.version_info < (3, 13))'; then
    echo "Needs a python3 before 3.13." >&2
    exit 77
fi
cat >"$folder/plan.py" <<'PYTHON'
import asyncio
from datetime import datetime, timezone

from prefect import __version__
from prefect.server.schemas.schedules import CronSchedule, RRuleSchedule

for schedule in (CronSchedule(cron="30 2 * * *", timezone="Europe/Berlin"),
                 RRuleSchedule(rrule="FREQ=DAILY;BYHOUR=2;BYMINUTE=30", timezone="Europe/Berlin")):
    dates = asyncio.run(schedule.get_dates(n=3, start=datetime(2026, 3, 27, 12, tzinfo=timezone.utc)))
    print(__version__, type(schedule).__name__, *(f"{date:%d.%m.T%H:%M%z}" for date in dates))
PYTHON
see_alone plan.py 3.8.8 3.9.1
same <<'TEXT'
3.8.8 CronSchedule 28.03.T02:30+0100 29.03.T01:30+0100 30.03.T02:30+0200
3.8.8 RRuleSchedule 28.03.T02:30+0100 29.03.T01:30+0100 30.03.T02:30+0200
3.9.1 CronSchedule 28.03.T02:30+0100 29.03.T03:30+0200 30.03.T02:30+0200
3.9.1 RRuleSchedule 28.03.T02:30+0100 29.03.T01:30+0100 30.03.T02:30+0200
TEXT
