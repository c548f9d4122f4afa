#!/bin/sh
# cron-converter 2.0.2: `5/15 * * * *` runs once an hour, and `0 6 * * 1-7/2` loses the Sundays.
#
# Behaviour: a step after a single number is dropped, so that the number alone is left. croniter, cronsim and crontab read
# `5/15` as `5-59/15`. In a range of weekdays that ends with 7, the 7 becomes the 0 of Sunday before the steps are
# counted, and then the day is not met: Monday, Wednesday and Friday are left of `1-7/2`. `1-7` has all days.
# Seen on a day and in a week:   5/15 * * * *      24 runs, others 96       0 6 * * 1-7/2   Mon Wed Fri, others and Sun
# Why it matters: `5/15` is what generators of such lines write for jobs that are to be spread over the hour. It is
# taken without an error, and three of four runs are missing. Write `5-59/15`.
. "$(dirname "$0")/lib.sh"
install venv cron-converter==2.0.2 croniter==7.0.0 cronsim==2.8
"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
from datetime import datetime, timedelta, timezone
from itertools import takewhile

from cron_converter import Cron
from croniter import croniter
from cronsim import CronSim

START = datetime(2026, 1, 4, 23, 59, tzinfo=timezone.utc)


def of_cron_converter(line):
    schedule = Cron(line).schedule(START)
    while True:
        yield schedule.next()


for line, days in (("5/15 * * * *", 1), ("5-59/15 * * * *", 1), ("0 6 * * 1-7/2", 7), ("0 6 * * 1-7", 7)):
    for name, times in {
        "croniter": croniter(line, START).all_next(datetime),
        "cronsim": CronSim(line, START),
        "cron-converter": of_cron_converter(line),
    }.items():
        found = list(takewhile((START + timedelta(days=days)).__ge__, times))
        print(line, "|", name, "|", len(found), "runs", *([f"{each:%a}" for each in found] if days == 7 else []))
PYTHON
same <<'TEXT'
5/15 * * * * | croniter | 96 runs
5/15 * * * * | cronsim | 96 runs
5/15 * * * * | cron-converter | 24 runs
5-59/15 * * * * | croniter | 96 runs
5-59/15 * * * * | cronsim | 96 runs
5-59/15 * * * * | cron-converter | 96 runs
0 6 * * 1-7/2 | croniter | 4 runs Mon Wed Fri Sun
0 6 * * 1-7/2 | cronsim | 4 runs Mon Wed Fri Sun
0 6 * * 1-7/2 | cron-converter | 3 runs Mon Wed Fri
0 6 * * 1-7 | croniter | 7 runs Mon Tue Wed Thu Fri Sat Sun
0 6 * * 1-7 | cronsim | 7 runs Mon Tue Wed Thu Fri Sat Sun
0 6 * * 1-7 | cron-converter | 7 runs Mon Tue Wed Thu Fri Sat Sun
TEXT
