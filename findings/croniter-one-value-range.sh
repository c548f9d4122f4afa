#!/bin/sh
# croniter 7.0.0: a range of one value, such as `5-5`, means every value.
#
# Behaviour: a range whose two ends are equal is taken for one that goes once around the field, so `0 5-5 * * *` is
# every hour, and `0 9 * * wed-wed` every day. It is no error. cronsim 2.8 reads one value.
# Seen:   0 5-5 * * *      croniter 01:00 02:00 03:00   cronsim 05:00 05:00 05:00
#         0 9 * * wed-wed  croniter Thu Fri Sat         cronsim Wed Wed Wed
# Why it matters: tools that fill a template with a first and a last hour write such ranges. Prefect carries a copy of
# croniter and plans the same: the job of one hour becomes one of every hour. Write `5`.
. "$(dirname "$0")/lib.sh"
install venv croniter==7.0.0 cronsim==2.8
"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
from datetime import datetime

from croniter import croniter
from cronsim import CronSim

START = datetime(2026, 1, 1)  # a Thursday
for expression, form in (("0 5-5 * * *", "%H:%M"), ("0 9 * * wed-wed", "%a")):
    first, second = croniter(expression, START), CronSim(expression, START)
    print(f"{expression:16}", *(first.get_next(datetime).strftime(form) for _ in range(3)), "|",
          *(next(second).strftime(form) for _ in range(3)))
PYTHON
same <<'TEXT'
0 5-5 * * *      01:00 02:00 03:00 | 05:00 05:00 05:00
0 9 * * wed-wed  Thu Fri Sat | Wed Wed Wed
TEXT
