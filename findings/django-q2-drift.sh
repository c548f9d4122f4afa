#!/bin/sh
# django-q2 1.11.1: a daily schedule at 02:30 is one at 01:30 from the last Sunday of March on.
#
# Behaviour: the next run is computed from the last one as it was stored, in UTC, by adding days, and is corrected by the
# change of the clock; what the schedule was given is not kept. A time that does not exist in spring moves the schedule an
# hour ahead, and it stays there. A monthly schedule adds a month in UTC: from the 31st it goes to the 28th, where it
# stays, and one after midnight of the first, which is the last day of February in UTC, goes to 29 March.
# Seen, in Berlin:   daily, 02:30 on 27 March            28 March 01:30, 29 March 01:30, …
#                    weekly, 02:30 on 21 March           28 March 01:30, 4 April 01:30, …
#                    monthly, 06:00 on 31 January        28 February, 28 March, 28 April, …
#                    monthly, 00:30 on 1 March           29 March, 29 April, 29 May, …
# Why it matters: the close of a month runs three days early from March on, before the last bookings, and no setting shows
# why: the row in the admin has only the next run. A nightly job runs before what it needs is written. Use the type CRON,
# which is read anew each time.
. "$(dirname "$0")/lib.sh"
install venv django-q2==1.11.1 django==5.2.19
"$folder/venv/bin/python" - "$folder/q.sqlite3" >"$folder/seen" <<'PYTHON'
import sys
from datetime import datetime

import django
from django.conf import settings

settings.configure(
    INSTALLED_APPS=["django_q"],
    USE_TZ=True,
    TIME_ZONE="Europe/Berlin",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[1]}},
    Q_CLUSTER={"orm": "default", "timeout": 60, "retry": 120},
)
django.setup()

from django.core.management import call_command
from django.utils.timezone import localtime, make_aware
from django_q.models import Schedule

call_command("migrate", verbosity=0)
for name, kind, first in (
    ("daily", Schedule.DAILY, "2027-03-27 02:30"),
    ("weekly", Schedule.WEEKLY, "2027-03-21 02:30"),
    ("monthly", Schedule.MONTHLY, "2027-01-31 06:00"),
    ("monthly", Schedule.MONTHLY, "2027-03-01 00:30"),
):
    first = make_aware(datetime.fromisoformat(first))
    schedule = Schedule.objects.create(func="math.sqrt", schedule_type=kind, next_run=first)
    runs = [first]
    for _ in range(3):
        schedule.refresh_from_db()
        schedule.next_run = schedule.calculate_next_run()
        schedule.save()
        runs.append(localtime(schedule.next_run))
    print(name, "|", *(f"{run:%d.%m. %H:%M}" for run in runs))
PYTHON
same <<'TEXT'
daily | 27.03. 02:30 28.03. 01:30 29.03. 01:30 30.03. 01:30
weekly | 21.03. 02:30 28.03. 01:30 04.04. 01:30 11.04. 01:30
monthly | 31.01. 06:00 28.02. 06:00 28.03. 06:00 28.04. 06:00
monthly | 01.03. 00:30 29.03. 00:30 29.04. 00:30 29.05. 00:30
TEXT
