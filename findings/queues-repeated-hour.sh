#!/bin/sh
# RQ 3.0.0, arq 0.28.0, Celery 5.7.0: what runs every 20 minutes does not run for 80 minutes when the clocks go back.
#
# Behaviour: the three look for the next run by the clock on the wall, and take each time on it once. In the night in
# which the hour from 02:00 to 03:00 comes twice, they run in the first of the two, and then wait for 03:00. saq 0.26.4
# runs in both hours, as cron does.
# Seen on 25 October 2026 in Berlin, from 02:00 in summer time, in UTC:
#   RQ, arq, Celery    00:00 00:20 00:40 02:00 02:20 …      saq    00:00 00:20 00:40 01:00 01:20 01:40 02:00 …
# Why it matters: it is no daily job that is lost, but the ones that people rely on to be frequent: the queue that is
# polled, the heartbeat whose absence wakes somebody, the batch that takes what came since the last one. An hourly job
# has a gap of two hours. The machine's zone is enough, no zone need be configured for RQ. Use UTC.
. "$(dirname "$0")/lib.sh"
install venv rq==3.0.0 arq==0.28.0 celery==5.7.0 saq==0.26.4 croniter==7.0.0 tzdata==2026.6
TZ=Europe/Berlin "$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
from datetime import datetime, timedelta, timezone
from itertools import islice
from zoneinfo import ZoneInfo

import celery
import rq.cron
import saq
from arq.cron import next_cron
from celery.schedules import crontab
from croniter import croniter

ZONE = ZoneInfo("Europe/Berlin")
START = datetime(2026, 10, 24, 23, 50, tzinfo=timezone.utc)
LINE = "*/20 * * * *"


def of_rq():
    job = rq.cron.CronJob("queue", func_name="module.work", cron=LINE)
    job.set_enqueue_time(START)
    while True:
        yield job.next_enqueue_time
        job.set_enqueue_time(job.next_enqueue_time)


def of_arq():
    now = START.astimezone(ZONE)
    while True:
        now = next_cron(now, minute={0, 20, 40})
        yield now


def of_celery():
    app = celery.Celery()
    app.conf.timezone = "Europe/Berlin"
    now = last = START.astimezone(ZONE)
    schedule = crontab(minute="*/20", app=app, nowfun=lambda: now)
    while True:
        now = (now.astimezone(timezone.utc) + timedelta(minutes=1)).astimezone(ZONE)
        if schedule.is_due(last).is_due:
            last = now
            yield now


async def work(context):
    pass


def of_saq():
    return croniter(saq.CronJob(work, cron=LINE).cron, START.astimezone(ZONE)).all_next(datetime)


for name, times in (("RQ", of_rq()), ("arq", of_arq()), ("Celery", of_celery()), ("saq", of_saq())):
    print(name, *(f"{each.astimezone(timezone.utc):%H:%M}Z" for each in islice(times, 7)))
PYTHON
same <<'TEXT'
RQ 00:00Z 00:20Z 00:40Z 02:00Z 02:20Z 02:40Z 03:00Z
arq 00:00Z 00:20Z 00:40Z 02:00Z 02:20Z 02:40Z 03:00Z
Celery 00:00Z 00:20Z 00:40Z 02:00Z 02:20Z 02:40Z 03:00Z
saq 00:00Z 00:20Z 00:40Z 01:00Z 01:20Z 01:40Z 02:00Z
TEXT
