#!/bin/sh
# Airflow 3.3.2: `0 * * * 1-5`, each hour of a working day, runs on a Sunday when the clocks go back.
#
# Behaviour: for a line whose hour is `*`, or `0-23`, which is the same, Airflow computes the next local time without
# a zone, and adds its distance from the last run as elapsed time. Over a weekend in which the clocks change, that is an
# hour off: in autumn there is a run at 23:00 on Sunday, and in spring the first run of Monday is at 01:00. Lines with
# days of the month do so too. Lines with other hours are right, as all are with Dagster 1.13.29.
# Seen, in Berlin:   0 * * * 1-5, 29 March 2027         Airflow from 01:00                Dagster from 00:00
#                    0 * * * 1-5, 31 October 2027       Airflow at 23:00, on a Sunday     Dagster not at all
#                    0 * 1 * *, 31 October 2027         Airflow at 23:00, on the 31st     Dagster not at all
# Why it matters: what is planned for working days only, as the prices of an exchange are, runs on a day that has none, and
# fails or stores nothing; in spring the first hour of a Monday has no run, and catching up does not bring it. This is
# twice a year, in all zones whose clocks change on a weekend. Use UTC, or run each day and look at the weekday in a task.
. "$(dirname "$0")/lib.sh"
install airflow apache-airflow==3.3.2 croniter==7.0.0 pendulum==3.3.0
install dagster dagster==1.13.29
export AIRFLOW_HOME="$folder/home"
cat >"$folder/lines.py" <<'PYTHON'
LINES = (
    ("0 * * * 1-5", "2027-03-26 22:30"),
    ("0 * * * 1-5", "2027-10-29 22:30"),
    ("0 * 1 * *", "2027-10-01 22:30"),
    ("*/20 * * * 1-5", "2027-03-26 23:30"),
    ("30 2,3 * * 1-5", "2027-03-26 02:45"),
)


def show(name, line, times):
    print(name, "|", line, "|", *(f"{each:%a %d.%m. %H:%M}" for each in times))
PYTHON
cat >"$folder/of_airflow.py" <<'PYTHON'
import pendulum
from lines import LINES, show

from airflow.timetables.base import TimeRestriction
from airflow.timetables.trigger import CronTriggerTimetable

for line, start in LINES:
    timetable = CronTriggerTimetable(line, timezone="Europe/Berlin")
    restriction = TimeRestriction(pendulum.parse(start, tz="Europe/Berlin"), latest=None, catchup=True)
    times, last = [], None
    for _ in range(3):
        info = timetable.next_dagrun_info(last_automated_data_interval=last, restriction=restriction)
        times.append(info.run_after.in_timezone("Europe/Berlin"))
        last = info.data_interval
    show("Airflow", line, times)
PYTHON
cat >"$folder/of_dagster.py" <<'PYTHON'
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from dagster import schedule
from dagster._utils.schedules import schedule_execution_time_iterator
from lines import LINES, show

for line, start in LINES:
    start = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo("Europe/Berlin"))
    times = schedule_execution_time_iterator(start.timestamp(), line, "Europe/Berlin")
    show("Dagster", line, islice(times, 3))
PYTHON
for name in airflow dagster; do
    "$folder/$name/bin/python" "$folder/of_$name.py" >>"$folder/seen"
done
same <<'TEXT'
Airflow | 0 * * * 1-5 | Fri 26.03. 23:00 Mon 29.03. 01:00 Mon 29.03. 02:00
Airflow | 0 * * * 1-5 | Fri 29.10. 23:00 Sun 31.10. 23:00 Mon 01.11. 00:00
Airflow | 0 * 1 * * | Fri 01.10. 23:00 Sun 31.10. 23:00 Mon 01.11. 00:00
Airflow | */20 * * * 1-5 | Fri 26.03. 23:40 Mon 29.03. 01:00 Mon 29.03. 01:20
Airflow | 30 2,3 * * 1-5 | Fri 26.03. 03:30 Mon 29.03. 02:30 Mon 29.03. 03:30
Dagster | 0 * * * 1-5 | Fri 26.03. 23:00 Mon 29.03. 00:00 Mon 29.03. 01:00
Dagster | 0 * * * 1-5 | Fri 29.10. 23:00 Mon 01.11. 00:00 Mon 01.11. 01:00
Dagster | 0 * 1 * * | Fri 01.10. 23:00 Mon 01.11. 00:00 Mon 01.11. 01:00
Dagster | */20 * * * 1-5 | Fri 26.03. 23:40 Mon 29.03. 00:00 Mon 29.03. 00:20
Dagster | 30 2,3 * * 1-5 | Fri 26.03. 03:30 Mon 29.03. 02:30 Mon 29.03. 03:30
TEXT
