#!/bin/sh
# croniter 7.0.0, cronsim 2.8 and APScheduler 3.11.3: `30 2 * * *` in the nights in which the clocks change.
#
# Behaviour: the three read the same expression and agree on all other nights. In spring, when 02:30 does not exist,
# croniter and cronsim give 03:00, the end of the gap, and APScheduler 03:30. In autumn, when 02:30 comes twice, cronsim
# gives one run and the others two.
# Seen, in Berlin:  29 March 2026     croniter 01:00Z   cronsim 01:00Z   APScheduler 01:30Z
#                   25 October 2026   croniter 2 runs   cronsim 1 run    APScheduler 2 runs
# Why it matters: a job that moves from one scheduler to another keeps its line and changes how often it runs, one night
# a year: invoices twice, or a monitor that waits for the second. Use UTC, or an hour outside of the change.
. "$(dirname "$0")/lib.sh"
install venv croniter==7.0.0 cronsim==2.8 apscheduler==3.11.3 tzdata==2026.6
"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from croniter import croniter
from cronsim import CronSim

ZONE, LINE = ZoneInfo("Europe/Berlin"), "30 2 * * *"


def fires(start):
    trigger, last, now = CronTrigger.from_crontab(LINE, timezone=ZONE), None, start
    while True:
        last = trigger.get_next_fire_time(last, now)
        now = (last.astimezone(timezone.utc) + timedelta(seconds=1)).astimezone(ZONE)
        yield last


for day in (datetime(2026, 3, 29, tzinfo=ZONE), datetime(2026, 10, 25, tzinfo=ZONE)):
    dates = {"croniter": croniter(LINE, day).all_next(datetime), "cronsim": CronSim(LINE, day),
             "APScheduler": fires(day)}
    for name, found in dates.items():
        runs = [date for date, _ in zip(found, range(3)) if date.day == day.day]
        print(f"{day:%d %B}", name, *(f"{date.astimezone(timezone.utc):%H:%M}Z" for date in runs))
PYTHON
same <<'TEXT'
29 March croniter 01:00Z
29 March cronsim 01:00Z
29 March APScheduler 01:30Z
25 October croniter 00:30Z 01:30Z
25 October cronsim 00:30Z
25 October APScheduler 00:30Z 01:30Z
TEXT
