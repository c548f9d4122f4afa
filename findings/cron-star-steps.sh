#!/bin/sh
# croniter 7.0.0 and cronsim 2.8: `0 6 1-7 * */7`, the first Sunday of the month in a crontab, is ten days a month.
#
# Behaviour: where both day fields are given, a day has to match one of them; where one of the two begins with `*`, also
# as a step, cron of Debian and cronie ask for days that match both. cronsim does as they do. croniter only knows the
# plain `*`, and takes every other pair for one of which either suffices, unless it is given `day_or=False`.
# Seen in January 2026:   0 6 1-7 * */7    cronsim 4         croniter 1 2 3 4 5 6 7 11 18 25
#                         0 6 */2 * mon    cronsim 5 19      croniter 1 3 5 7 9 11 12 13 …
# Why it matters: cron has no other way to write "the first Sunday" or "every second Monday or so", so crontabs have
# such lines, and Prefect, which carries a copy of croniter, reads them the same way. The monthly report or the restore
# test is then run ten times. Prefect's schedules take `day_or: false`; `0 6 * * sun#1` is the first Sunday in both.
. "$(dirname "$0")/lib.sh"
install venv croniter==7.0.0 cronsim==2.8
"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
from datetime import datetime
from itertools import takewhile

from croniter import croniter
from cronsim import CronSim

START, END = datetime(2025, 12, 31, 23, 59), datetime(2026, 2, 1)


def days(times):
    return " ".join(str(each.day) for each in takewhile(lambda each: each < END, times))


for line in ("0 6 1-7 * */7", "0 6 */2 * mon", "0 6 * * sun#1"):
    print(f"{line:13} | cronsim {days(CronSim(line, START))}")
    print(f"{line:13} | croniter {days(croniter(line, START).all_next(datetime))}")
PYTHON
same <<'TEXT'
0 6 1-7 * */7 | cronsim 4
0 6 1-7 * */7 | croniter 1 2 3 4 5 6 7 11 18 25
0 6 */2 * mon | cronsim 5 19
0 6 */2 * mon | croniter 1 3 5 7 9 11 12 13 15 17 19 21 23 25 26 27 29 31
0 6 * * sun#1 | cronsim 4
0 6 * * sun#1 | croniter 4
TEXT
