#!/bin/sh
# APScheduler 3.11.3: what follows a weekday's name is dropped: `mon#1`, the first Monday of the month, is every Monday.
#
# Behaviour: `CronTrigger.from_crontab`, like `day_of_week` of a trigger, reads the name, or a range of names, and does
# not look whether that is the end of the text. `#1` for the first of a month, `/2` for every second day and `L` for the
# last one are not supported, and with a number in place of the name they are errors. cronsim 2.8 reads the first two.
# Seen in January 2026:   0 6 * * mon#1        APScheduler 5 12 19 26              cronsim 5
#                         0 6 * * mon-fri/2    APScheduler 1 2 5 6 7 8 9 12 …      cronsim 2 5 7 9 12 …
#                         0 6 * * 1#1          ValueError
# Why it matters: the line of a monthly report comes from Prefect, a Kubernetes CronJob or a crontab generator, is taken
# without an error, and the report is sent every week. Write such days in APScheduler's way, `day="1st mon"`.
. "$(dirname "$0")/lib.sh"
install venv apscheduler==3.11.3 cronsim==2.8
"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
from datetime import datetime, timedelta, timezone

from apscheduler.triggers.cron import CronTrigger
from cronsim import CronSim

START, END = datetime(2025, 12, 31, 23, 59, tzinfo=timezone.utc), datetime(2026, 2, 1, tzinfo=timezone.utc)


def fires(trigger):
    now = START
    while (now := trigger.get_next_fire_time(None, now + timedelta(seconds=1))) < END:
        yield now


def days(times):
    return " ".join(str(each.day) for each in times)


for line in ("0 6 * * mon#1", "0 6 * * mon-fri/2", "0 6 * * 1#1"):
    try:
        print(line, "| APScheduler", days(fires(CronTrigger.from_crontab(line, timezone=timezone.utc))))
    except ValueError as error:
        print(line, "| APScheduler ValueError")
    print(line, "| cronsim", days(each for each, _ in zip(CronSim(line, START), range(31)) if each < END))
print("1st mon | APScheduler", days(fires(CronTrigger(day="1st mon", hour=6, timezone=timezone.utc))))
PYTHON
same <<'TEXT'
0 6 * * mon#1 | APScheduler 5 12 19 26
0 6 * * mon#1 | cronsim 5
0 6 * * mon-fri/2 | APScheduler 1 2 5 6 7 8 9 12 13 14 15 16 19 20 21 22 23 26 27 28 29 30
0 6 * * mon-fri/2 | cronsim 2 5 7 9 12 14 16 19 21 23 26 28 30
0 6 * * 1#1 | APScheduler ValueError
0 6 * * 1#1 | cronsim 5
1st mon | APScheduler 5
TEXT
