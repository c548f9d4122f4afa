#!/bin/sh
# Prefect 3.8.8 and 3.9.1: what runs every 20 minutes does not run for 80 minutes in the night in which the clocks go back.
#
# Behaviour: cron schedules and recurrence rules with a time zone take each time on the clock once. Nothing runs in the
# second of the two hours from 02:00 to 03:00, from whatever minute on the server plans. Nor does an interval of an hour.
# Seen on 25 October 2026 in Berlin, in UTC:   */20 * * * *     … 00:00 00:20 00:40 02:00 02:20 …
#                                              0 * * * *        … 23:00 00:00 02:00 …
#                                              FREQ=HOURLY      … 23:00 00:00 02:00 …
#                                              interval of 1 h  … 23:00 00:00 02:00 …
# Why it matters: the daily job is safe, which is what people think of in that night. It is the poller, the heartbeat and
# the load of the last 20 minutes that stop, and an alarm that waits for them wakes somebody. Give such schedules the
# zone UTC.
. "$(dirname "$0")/lib.sh"
cat >"$folder/plan.py" <<'PYTHON'
import asyncio
from datetime import datetime, timedelta, timezone

from prefect import __version__
from prefect.server.schemas.schedules import CronSchedule, IntervalSchedule, RRuleSchedule

START = datetime(2026, 10, 24, 22, 50, 30, tzinfo=timezone.utc)
END = datetime(2026, 10, 25, 2, 50, tzinfo=timezone.utc)
ZONE = "Europe/Berlin"


async def planned(schedule):
    """All times that a server plans which looks at the schedule again and again."""
    starts = [START + timedelta(minutes=each) for each in range(0, 240, 5)]
    times = [time.astimezone(timezone.utc) for start in starts for time in await schedule.get_dates(n=5, start=start)]
    return sorted({time for time in times if time <= END})


for name, schedule in {
    "*/20 * * * *": CronSchedule(cron="*/20 * * * *", timezone=ZONE),
    "0 * * * *": CronSchedule(cron="0 * * * *", timezone=ZONE),
    "FREQ=HOURLY": RRuleSchedule(rrule="DTSTART:20261024T000000\nRRULE:FREQ=HOURLY", timezone=ZONE),
    "interval": IntervalSchedule(
        interval=timedelta(hours=1), timezone=ZONE, anchor_date=datetime(2026, 10, 1, tzinfo=timezone.utc)
    ),
    "0 * * * * in UTC": CronSchedule(cron="0 * * * *", timezone="UTC"),
}.items():
    print(__version__, name, "|", *(f"{time:%H:%M}Z" for time in asyncio.run(planned(schedule))))
PYTHON
see_alone plan.py 3.8.8 3.9.1
same <<'TEXT'
3.8.8 */20 * * * * | 23:00Z 23:20Z 23:40Z 00:00Z 00:20Z 00:40Z 02:00Z 02:20Z 02:40Z
3.8.8 0 * * * * | 23:00Z 00:00Z 02:00Z
3.8.8 FREQ=HOURLY | 23:00Z 00:00Z 02:00Z
3.8.8 interval | 23:00Z 00:00Z 02:00Z
3.8.8 0 * * * * in UTC | 23:00Z 00:00Z 01:00Z 02:00Z
3.9.1 */20 * * * * | 23:00Z 23:20Z 23:40Z 00:00Z 00:20Z 00:40Z 02:00Z 02:20Z 02:40Z
3.9.1 0 * * * * | 23:00Z 00:00Z 02:00Z
3.9.1 FREQ=HOURLY | 23:00Z 00:00Z 02:00Z
3.9.1 interval | 23:00Z 00:00Z 02:00Z
3.9.1 0 * * * * in UTC | 23:00Z 00:00Z 01:00Z 02:00Z
TEXT
