#!/bin/sh
# Prefect 3.8.8 and 3.9.1: the hour of an interval schedule depends on the day on which its runs are planned.
#
# Behaviour: the documentation says that intervals of a day and more keep the hour of the clock over a change to
# daylight saving time. The scheduler jumps from the anchor to today in elapsed seconds, and from there in days of the
# calendar. Planned before the change, the runs after it keep the hour; planned after it, they are an hour late.
# 3.9.1 jumps in days for whole days, and still in seconds for days and hours together, such as 36 hours.
# Seen:   anchor 5 January 09:00 in Berlin, the clocks change on 29 March 2026; the runs from 31 March on
#         3.8.8  every day: planned on 27 March 09:00, on 30 March 10:00; every 36 hours: 21:00 and 22:00
#         3.9.1  every day: 09:00 and 09:00; every 36 hours: 21:00 and 22:00
# Why it matters: a run is known by its time, and the same days are planned again and again. The day after the change
# has two runs, 09:00 that was planned before and 10:00, and all later ones are late until autumn. An update from 3.8
# to 3.9 in summer moves every such schedule by an hour. Write a cron expression where the hour matters.
. "$(dirname "$0")/lib.sh"
cat >"$folder/plan.py" <<'PYTHON'
import asyncio
from datetime import datetime, timedelta, timezone

from prefect import __version__
from prefect.server.schemas.schedules import IntervalSchedule

print(__version__)
for hours in (24, 36):
    schedule = IntervalSchedule(interval=timedelta(hours=hours), timezone="Europe/Berlin",
                                anchor_date="2026-01-05T08:00:00Z")
    for day in (datetime(2026, 3, 27, 12, tzinfo=timezone.utc), datetime(2026, 3, 30, 12, tzinfo=timezone.utc)):
        dates = asyncio.run(schedule.get_dates(n=10, start=day))
        print(f"every {hours} hours, planned on {day:%d %B}:",
              *[f"{date:%dT%H:%M}" for date in dates if date > datetime(2026, 3, 31, tzinfo=timezone.utc)][:3])
PYTHON
see_alone plan.py 3.8.8 3.9.1
same <<'TEXT'
3.8.8
every 24 hours, planned on 27 March: 31T09:00 01T09:00 02T09:00
every 24 hours, planned on 30 March: 31T10:00 01T10:00 02T10:00
every 36 hours, planned on 27 March: 31T21:00 02T09:00 03T21:00
every 36 hours, planned on 30 March: 31T22:00 02T10:00 03T22:00
3.9.1
every 24 hours, planned on 27 March: 31T09:00 01T09:00 02T09:00
every 24 hours, planned on 30 March: 31T09:00 01T09:00 02T09:00
every 36 hours, planned on 27 March: 31T21:00 02T09:00 03T21:00
every 36 hours, planned on 30 March: 31T22:00 02T10:00 03T22:00
TEXT
