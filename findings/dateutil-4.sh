#!/bin/sh
# python-dateutil 2.9.0.post0 and 4.0.0: the same local time is another instant, in spring and from 2038 on.
#
# Behaviour: a time that the change to daylight saving time skips has the offset of summer with 2.9 and that of winter
# with 4.0, so the instants are an hour apart. And 2.9 reads the part of the zone files that ends in 2037: later there
# is no summer time. 4.0 follows the zone's rule.
# Seen:   2026-03-29 02:30 in Berlin  2.9: 00:30Z  4.0: 01:30Z
#         2050-07-01 12:00 in Berlin  2.9: 11:00Z  4.0: 10:00Z
# Why it matters: dateutil has the zones of recurrence rules in schedulers and calendars. Two services of one pipeline
# with 2.9 (Prefect 3.9.1 still installs it) and 4.0 start the job of that night an hour apart, one of them before it
# is due. Dates of the 2040s are those of contracts and certificates. `zoneinfo` agrees with 4.0 in both.
. "$(dirname "$0")/lib.sh"
for version in 2.9.0.post0 4.0.0; do
    install "$version" "python-dateutil==$version" tzdata==2026.6
    "$folder/$version/bin/python" - >>"$folder/seen" <<'PYTHON'
from datetime import datetime
from zoneinfo import ZoneInfo

import dateutil
from dateutil import tz

for local in (datetime(2026, 3, 29, 2, 30), datetime(2050, 7, 1, 12)):
    first = local.replace(tzinfo=tz.gettz("Europe/Berlin")).astimezone(tz.UTC)
    second = local.replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(tz.UTC)
    print(dateutil.__version__, local, f"dateutil {first:%H:%M}Z zoneinfo {second:%H:%M}Z")
PYTHON
done
same <<'TEXT'
2.9.0.post0 2026-03-29 02:30:00 dateutil 00:30Z zoneinfo 01:30Z
2.9.0.post0 2050-07-01 12:00:00 dateutil 11:00Z zoneinfo 10:00Z
4.0.0 2026-03-29 02:30:00 dateutil 01:30Z zoneinfo 01:30Z
4.0.0 2050-07-01 12:00:00 dateutil 10:00Z zoneinfo 10:00Z
TEXT
