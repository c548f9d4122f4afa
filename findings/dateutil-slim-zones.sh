#!/bin/sh
# python-dateutil 2.9.0.post0: with the zone files that `zic` writes today, every zone is UTC.
#
# Behaviour: since 2020 the compiler of the time zone database writes "slim" files, whose first part, for old readers,
# is empty, unless it is told otherwise. 2.9 reads that part only: the zone loads without an error and has the offset 0
# always. 4.0.0 and `zoneinfo` read the second part. Debian's files are of the long form, those of the tzdata package
# of PyPI are slim.
# Seen:   Berlin in July, tzdata 2026.6   2.9: 0:00:00   4.0: 2:00:00   zoneinfo: 2:00:00
# Why it matters: the same schedule runs at the right hour on a laptop with Debian and two hours off in an image that
# builds or copies its zone files. Prefect 3.9.1 takes the zone of recurrence rules from dateutil 2.9 and that of cron
# from elsewhere, so one of two schedules is off. Test an image with a zone in summer, or install tzdata of Debian.
. "$(dirname "$0")/lib.sh"
for version in 2.9.0.post0 4.0.0; do
    install "$version" "python-dateutil==$version" tzdata==2026.6
    "$folder/$version/bin/python" - >>"$folder/seen" <<'PYTHON'
from datetime import datetime
from importlib.resources import as_file, files
from zoneinfo import ZoneInfo

import dateutil
from dateutil import tz

with as_file(files("tzdata") / "zoneinfo" / "Europe" / "Berlin") as path:
    zone = tz.tzfile(str(path))
summer = datetime(2026, 7, 1)
print(dateutil.__version__, "dateutil", summer.replace(tzinfo=zone).utcoffset(),
      "zoneinfo", summer.replace(tzinfo=ZoneInfo("Europe/Berlin")).utcoffset())
PYTHON
done
same <<'TEXT'
2.9.0.post0 dateutil 0:00:00 zoneinfo 2:00:00
4.0.0 dateutil 2:00:00 zoneinfo 2:00:00
TEXT
