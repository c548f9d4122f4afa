#!/bin/sh
# Prefect 3.8.8 and 3.9.1: `COUNT=3` in a recurrence rule without a start counts from 1 January 2020.
#
# Behaviour: a rule without DTSTART is given the start 2020-01-01T00:00, and all of the rule refers to it. `COUNT` is
# used up in 2020: the schedule is accepted, is active, and never gives a run. `INTERVAL=2` in days or weeks has its
# phase from 2020, and the hour is midnight of the zone, not that of the deploy.
# Seen:   FREQ=DAILY;COUNT=3, planned on 1 June 2026: no dates. The same with DTSTART of that day: three.
# Why it matters: "run it three times" is what COUNT is for, and examples leave DTSTART out. Nothing warns: neither
# `prefect deploy`, nor the server, nor the list of upcoming runs, which is merely empty.
. "$(dirname "$0")/lib.sh"
cat >"$folder/plan.py" <<'PYTHON'
import asyncio
from datetime import datetime, timezone

from prefect import __version__
from prefect.server.schemas.schedules import RRuleSchedule

for rule in ("FREQ=DAILY;COUNT=3", "DTSTART:20260601T090000\nRRULE:FREQ=DAILY;COUNT=3", "FREQ=WEEKLY;INTERVAL=2"):
    schedule = RRuleSchedule(rrule=rule, timezone="Europe/Berlin")
    dates = asyncio.run(schedule.get_dates(n=4, start=datetime(2026, 6, 1, tzinfo=timezone.utc)))
    print(__version__, rule.partition("\n")[2] or rule, *(f"{date:%dT%H:%M}" for date in dates))
PYTHON
see_alone plan.py 3.8.8 3.9.1
same <<'TEXT'
3.8.8 FREQ=DAILY;COUNT=3
3.8.8 RRULE:FREQ=DAILY;COUNT=3 01T09:00 02T09:00 03T09:00
3.8.8 FREQ=WEEKLY;INTERVAL=2 10T00:00 24T00:00 08T00:00 22T00:00
3.9.1 FREQ=DAILY;COUNT=3
3.9.1 RRULE:FREQ=DAILY;COUNT=3 01T09:00 02T09:00 03T09:00
3.9.1 FREQ=WEEKLY;INTERVAL=2 10T00:00 24T00:00 08T00:00 22T00:00
TEXT
