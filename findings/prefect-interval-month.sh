#!/bin/sh
# Prefect 3.9.1: what an interval of a month is depends on the Python of the server and of who writes the schedule.
#
# Behaviour: with Python 3.12 and older, an interval `P1M` is a timedelta of 30 days; with 3.13 it is kept as a month
# of the calendar, and one that began on the 31st stays on the 28th after its first February. `P1Y` is 365 days there
# and a year here.
# Seen:   anchor 31 January 2026 09:00 in Berlin, the runs after 1 July
#         Python 3.11  P1M 30 July, 29 August      Python 3.13  P1M 28 July, 28 August
#         Python 3.11  P1Y 31 January 2029 → 30 January 2029
# Why it matters: the server's image, the laptop that runs `prefect deploy` and the one of the colleague have other
# Pythons, and the same file gets another calendar. Cron (`0 9 1 * *`) means the same everywhere.
. "$(dirname "$0")/lib.sh"
new=${PYTHON_3_13:-python3.13}
if ! "$new" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' ||
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 13))'; then
    echo "Needs an older python3 and Python 3.13, as python3.13 or the path in PYTHON_3_13." >&2
    exit 77
fi
cat >"$folder/plan.py" <<'PYTHON'
import asyncio
import sys
from datetime import datetime, timezone

from prefect.server.schemas.schedules import IntervalSchedule

for interval, start in (("P1M", datetime(2026, 7, 1)), ("P1Y", datetime(2028, 7, 1))):
    schedule = IntervalSchedule(interval=interval, timezone="Europe/Berlin", anchor_date="2026-01-31T08:00:00Z")
    dates = asyncio.run(schedule.get_dates(n=2, start=start.replace(tzinfo=timezone.utc)))
    print("from 3.13 on" if sys.version_info >= (3, 13) else "before 3.13", interval,
          *(f"{date:%Y-%m-%d}" for date in dates))
PYTHON
for python in python3 "$new"; do
    rm -rf "$folder/3.9.1"
    prefect 3.9.1
    "$folder/3.9.1/bin/python" "$folder/plan.py" >>"$folder/seen"
done
same <<'TEXT'
before 3.13 P1M 2026-07-30 2026-08-29
before 3.13 P1Y 2029-01-30 2030-01-30
from 3.13 on P1M 2026-07-28 2026-08-28
from 3.13 on P1Y 2029-01-31 2030-01-31
TEXT
