#!/bin/sh
# Celery 5.7.0, crontab 1.0.5, cron-converter 2.0.2: `0 6 1 * 1` is the first of the month if that is a Monday.
#
# Behaviour: in cron, a line with a day of the month and a weekday fits if one of the two does. `crontab.from_string` of
# Celery, which takes such lines, and the two packages run it when both do. Celery says so of its fields. crontab is what
# rq-scheduler 0.14.0 reads lines with. croniter, cronsim and pycron do as cron does.
# Seen in 2026:   0 6 1 * 1       croniter, cronsim 63 runs     Celery, crontab, cron-converter 1, on 1 June
#                 0 6 1,15 * 5    croniter, cronsim 74 runs     Celery, crontab, cron-converter 2
# Why it matters: `0 6 1,15 * 5`, on the 1st, the 15th and each Friday, is how a payment run is written. Moved to one of
# these, it runs a few times a year, and the first of these runs may be months away.
. "$(dirname "$0")/lib.sh"
install venv celery==5.7.0 crontab==1.0.5 cron-converter==2.0.2 croniter==7.0.0 cronsim==2.8
"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
from datetime import datetime, timedelta, timezone
from itertools import takewhile

from celery.schedules import crontab as CeleryCrontab
from cron_converter import Cron
from croniter import croniter
from cronsim import CronSim
from crontab import CronTab

START, END = datetime(2025, 12, 31, 23, 59, tzinfo=timezone.utc), datetime(2027, 1, 1, tzinfo=timezone.utc)


def of_celery(line):
    fields = CeleryCrontab.from_string(line)
    days = [START.replace(hour=6, minute=0) + timedelta(days=each) for each in range(1, 366)]
    assert fields.hour == {6} and fields.minute == {0}
    return [
        day
        for day in days
        if day.day in fields.day_of_month
        and day.month in fields.month_of_year
        and day.isoweekday() % 7 in fields.day_of_week
    ]


def of_crontab(line):
    now = START
    while True:
        now += timedelta(seconds=CronTab(line).next(now=now, default_utc=True))
        yield now


def of_cron_converter(line):
    schedule = Cron(line).schedule(START)
    while True:
        yield schedule.next()


for line in ("0 6 1 * 1", "0 6 1,15 * 5"):
    for name, times in {
        "croniter": croniter(line, START).all_next(datetime),
        "cronsim": CronSim(line, START),
        "Celery": of_celery(line),
        "crontab": of_crontab(line),
        "cron-converter": of_cron_converter(line),
    }.items():
        found = list(takewhile(END.__gt__, times))
        print(line, "|", name, "|", len(found), "runs, the first on", f"{found[0]:%d.%m.}")
PYTHON
same <<'TEXT'
0 6 1 * 1 | croniter | 63 runs, the first on 01.01.
0 6 1 * 1 | cronsim | 63 runs, the first on 01.01.
0 6 1 * 1 | Celery | 1 runs, the first on 01.06.
0 6 1 * 1 | crontab | 1 runs, the first on 01.06.
0 6 1 * 1 | cron-converter | 1 runs, the first on 01.06.
0 6 1,15 * 5 | croniter | 74 runs, the first on 01.01.
0 6 1,15 * 5 | cronsim | 74 runs, the first on 01.01.
0 6 1,15 * 5 | Celery | 2 runs, the first on 01.05.
0 6 1,15 * 5 | crontab | 2 runs, the first on 01.05.
0 6 1,15 * 5 | cron-converter | 2 runs, the first on 01.05.
TEXT
