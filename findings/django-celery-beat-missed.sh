#!/bin/sh
# django-celery-beat 2.9.0: a run that was missed is caught up if its hour is written `6,18`, and lost if it is `6`.
#
# Behaviour: beat runs what is overdue when it starts again, as Celery does. Since 2.8, tasks whose hour is one number are
# not read from the database unless that hour is at most two from now, in either direction. Hours that are written as a
# list, a range or with a star are always read.
# Seen, after six hours without beat, of a run that was due four or five hours ago:
#   hour 6       not in the schedule        hour 6,18   due        hour 6-6   due        hour */1   due
# Why it matters: beat is down over a weekend or during a long migration, and the tasks of several hours run when it is
# back, as they always did. The nightly ones, which are written with one number, do not, and nothing is logged. Whether a
# task is caught up after less than two hours depends on nothing that it says. Write `6-6`.
. "$(dirname "$0")/lib.sh"
install venv django-celery-beat==2.9.0 celery==5.7.0 django==5.2.19
"$folder/venv/bin/python" - "$folder/beat.sqlite3" >"$folder/seen" <<'PYTHON'
import sys
from datetime import timedelta

import django
from django.conf import settings

settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django_celery_beat"],
    USE_TZ=True,
    TIME_ZONE="UTC",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[1]}},
)
django.setup()

from celery import Celery
from django.core.management import call_command
from django.utils.timezone import now
from django_celery_beat.models import CrontabSchedule, PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

app = Celery("flows", broker="memory://")
app.conf.timezone = "UTC"
call_command("migrate", verbosity=0)
# Four o'clock is read at all times, for a task of Celery's own.
due = next(hour for hour in ((now() - timedelta(hours=each)).hour for each in (4, 5)) if hour != 4)
other = (due - 6) % 24
hours = {"one number": f"{due}", "a list": f"{due},{other}", "a range": f"{due}-{due}", "a star": "*/1"}
for name, hour in hours.items():
    crontab = CrontabSchedule.objects.create(minute="0", hour=hour, timezone="UTC")
    PeriodicTask.objects.create(name=name, task="load", crontab=crontab)
PeriodicTask.objects.update(last_run_at=now() - timedelta(hours=6))
schedule = DatabaseScheduler(app=app, lazy=True).all_as_schedule()
for name in hours:
    print(name, "|", f"due: {schedule[name].is_due().is_due}" if name in schedule else "not in the schedule")
PYTHON
same <<'TEXT'
one number | not in the schedule
a list | due: True
a range | due: True
a star | due: True
TEXT
