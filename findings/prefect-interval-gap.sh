#!/bin/sh
# Prefect 3.9.1: a daily interval in the hour that spring skips is an hour late from then on, in winter too.
#
# Behaviour: an interval schedule of whole days is planned by adding days to its anchor. On the day on which the clocks
# go forward, 02:30 does not exist and becomes 03:30, and the next days are added to that. 3.8.8 counted from the
# anchor in elapsed time, and was back at 02:30 in winter.
# Seen:   anchor 5 January 2026 02:30 in Berlin; 28 March 02:30; 1 July 03:30; 1 December 03:30, with 3.8.8 02:30.
# Why it matters: backups and reports like the small hours. After the first spring they run an hour late for good, or
# until somebody saves the schedule with a new anchor, which no list of deployments shows. In a template for many
# zones it hits only those that change their clocks. Use cron, or an hour that no zone of yours skips.
. "$(dirname "$0")/lib.sh"
cat >"$folder/plan.py" <<'PYTHON'
import asyncio
from datetime import datetime, timedelta, timezone

from prefect import __version__
from prefect.server.schemas.schedules import IntervalSchedule

schedule = IntervalSchedule(interval=timedelta(days=1), timezone="Europe/Berlin", anchor_date="2026-01-05T01:30:00Z")
for month, day in ((3, 28), (7, 1), (12, 1)):
    (date,) = asyncio.run(schedule.get_dates(n=1, start=datetime(2026, month, day, tzinfo=timezone.utc)))
    print(__version__, f"{date:%d %B %H:%M}")
PYTHON
see_alone plan.py 3.8.8 3.9.1
same <<'TEXT'
3.8.8 28 March 02:30
3.8.8 01 July 03:30
3.8.8 01 December 02:30
3.9.1 28 March 02:30
3.9.1 01 July 03:30
3.9.1 01 December 03:30
TEXT
