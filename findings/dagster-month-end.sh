#!/bin/sh
# Dagster 1.13.29: monthly partitions from the 31st, or 30th, are seven, or eleven, in a year, and some have two months.
#
# Behaviour: `day_offset` of `MonthlyPartitionsDefinition` is the day on which a month begins, and may be up to 31. A month
# without that day begins nothing: its days belong to the partition before. 29 does the same, but for leap years.
# Seen in 2026:   day_offset 1     12 partitions, the longest of 31 days
#                 day_offset 29    11, the longest of 59 days
#                 day_offset 31    7, the longest of 61 days
# Why it matters: a period that closes with the month's last day is written as 31, works from January on, and is first
# noticed in spring, when February has no partition and March's report has the figures of both months. The sums are right
# for the year. Use the first day of the next month.
. "$(dirname "$0")/lib.sh"
install venv dagster==1.13.29
"$folder/venv/bin/python" - >"$folder/seen" 2>"$folder/errors" <<'PYTHON' || { cat "$folder/errors" >&2; exit 1; }
from datetime import datetime, timezone

import dagster

NOW = datetime(2027, 3, 1, tzinfo=timezone.utc)
for day in (1, 28, 29, 30, 31):
    months = dagster.MonthlyPartitionsDefinition(start_date="2026-01-01", day_offset=day)
    keys = [key for key in months.get_partition_keys(current_time=NOW) if key.startswith("2026")]
    windows = [months.time_window_for_partition_key(key) for key in keys]
    longest = max((each.end - each.start).days for each in windows)
    print(f"day_offset {day}: {len(keys)} partitions, the longest of {longest} days")
PYTHON
same <<'TEXT'
day_offset 1: 12 partitions, the longest of 31 days
day_offset 28: 12 partitions, the longest of 31 days
day_offset 29: 11 partitions, the longest of 59 days
day_offset 30: 11 partitions, the longest of 59 days
day_offset 31: 7 partitions, the longest of 61 days
TEXT
