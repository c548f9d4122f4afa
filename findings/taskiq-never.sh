#!/bin/sh
# taskiq 0.13.0 with pycron 3.3.0: `0 6 * * 7`, each Sunday in cron, never runs, and nothing says so.
#
# Behaviour: the scheduler asks pycron each minute whether the line fits. Of a part that pycron does not know, it says
# that it does not fit: 7 for Sunday, names of months, `5/15`, `L`, `1#1`, and a range over midnight. In a range of
# weekdays, 7 is not Sunday either, and `fri-mon` ends on Saturday. Only a wrong number of fields is an error.
# Seen in January and February 2026, beside croniter 7.0.0:
#   0 6 * * 0      8 runs          8      0 6 * jan *     none    31      0 6 L * *      none   2
#   0 6 * * 7      none            8      5/15 6 * * *    none    236     0 22-2 * * *   none   295
#   0 6 * * 6-7    the Saturdays   17
# Why it matters: the lines come from a crontab, a Kubernetes CronJob or another scheduler, where they work. Here, they
# are taken, are shown by the scheduler, and do nothing, which for the Sunday backup is noticed when it is needed.
. "$(dirname "$0")/lib.sh"
install venv taskiq==0.13.0 pycron==3.3.0 croniter==7.0.0
"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
from datetime import datetime, timedelta, timezone
from itertools import takewhile

from croniter import croniter
from taskiq.cli.scheduler.run import is_cron_task_now

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
MINUTES = [START + timedelta(minutes=each) for each in range(59 * 24 * 60)]


def said(times):
    days = sorted({each.strftime("%a") for each in times})
    return f"{len(times)} runs" + (f", on {' '.join(days)}" if 0 < len(days) < 7 else "")


for line in ("0 6 * * 0", "0 6 * * 7", "0 6 * * 6-7", "0 6 * jan *", "5/15 6 * * *", "0 6 L * *", "0 22-2 * * *"):
    print(line, "| taskiq", said([each for each in MINUTES if is_cron_task_now(line, each)]))
    times = croniter(line, MINUTES[0] - timedelta(minutes=1)).all_next(datetime)
    print(line, "| croniter", said(list(takewhile(MINUTES[-1].__ge__, times))))
PYTHON
same <<'TEXT'
0 6 * * 0 | taskiq 8 runs, on Sun
0 6 * * 0 | croniter 8 runs, on Sun
0 6 * * 7 | taskiq 0 runs
0 6 * * 7 | croniter 8 runs, on Sun
0 6 * * 6-7 | taskiq 9 runs, on Sat
0 6 * * 6-7 | croniter 17 runs, on Sat Sun
0 6 * jan * | taskiq 0 runs
0 6 * jan * | croniter 31 runs
5/15 6 * * * | taskiq 0 runs
5/15 6 * * * | croniter 236 runs
0 6 L * * | taskiq 0 runs
0 6 L * * | croniter 2 runs, on Sat
0 22-2 * * * | taskiq 0 runs
0 22-2 * * * | croniter 295 runs
TEXT
