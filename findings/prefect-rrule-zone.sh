#!/bin/sh
# Prefect 3.8.8 and 3.9.1: zones inside a recurrence rule count for nothing, and one of them ends all planning.
#
# Behaviour: `DTSTART;TZID=America/New_York:…T090000` runs at 09:00 of the schedule's `timezone`, which is UTC unless
# given; so does the `Z` of `DTSTART:…T090000Z`, and the one of EXDATE, so that the excluded run is not the one meant.
# `UNTIL=…Z` without DTSTART is accepted, and raises each time that runs are planned. RFC 5545 has a meaning for all.
# Seen:   TZID, timezone UTC        09:00+00:00
#         …T090000Z, Berlin         09:00+02:00
#         EXDATE …T070000Z, Berlin  the run at 07:00Z of that day takes place
#         UNTIL=…Z                  RRULE UNTIL values must be specified in UTC when DTSTART is timezone-aware
# Why it matters: these are the lines that a calendar exports. The runs come hours off, in winter and in summer by
# different amounts, or not at all. Give `timezone:` and write all times of the rule in it, without zone and Z.
. "$(dirname "$0")/lib.sh"
cat >"$folder/plan.py" <<'PYTHON'
import asyncio
from datetime import datetime, timezone

from prefect import __version__
from prefect.server.schemas.schedules import RRuleSchedule

RULES = {
    "TZID": ("DTSTART;TZID=America/New_York:20260101T090000\nRRULE:FREQ=DAILY", "UTC"),
    "Z": ("DTSTART:20260101T090000Z\nRRULE:FREQ=DAILY", "Europe/Berlin"),
    "EXDATE": ("DTSTART:20260101T090000\nRRULE:FREQ=DAILY\nEXDATE:20260602T070000Z", "Europe/Berlin"),
    "UNTIL": ("FREQ=DAILY;UNTIL=20270101T000000Z", "Europe/Berlin"),
}
for name, (rule, zone) in RULES.items():
    schedule = RRuleSchedule(rrule=rule, timezone=zone)
    try:
        dates = asyncio.run(schedule.get_dates(n=2, start=datetime(2026, 6, 1, tzinfo=timezone.utc)))
        print(__version__, name, *(f"{date:%dT%H:%M%z}" for date in dates))
    except ValueError as error:
        print(__version__, name, error)
PYTHON
see_alone plan.py 3.8.8 3.9.1
same <<'TEXT'
3.8.8 TZID 01T09:00+0000 02T09:00+0000
3.8.8 Z 01T09:00+0200 02T09:00+0200
3.8.8 EXDATE 01T09:00+0200 02T09:00+0200
3.8.8 UNTIL RRULE UNTIL values must be specified in UTC when DTSTART is timezone-aware
3.9.1 TZID 01T09:00+0000 02T09:00+0000
3.9.1 Z 01T09:00+0200 02T09:00+0200
3.9.1 EXDATE 01T09:00+0200 02T09:00+0200
3.9.1 UNTIL RRULE UNTIL values must be specified in UTC when DTSTART is timezone-aware
TEXT
