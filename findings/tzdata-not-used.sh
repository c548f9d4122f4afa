#!/bin/sh
# tzdata 2026.6: a project that asks for new time zone data gets the old one of the machine, and pytz the new one.
#
# Behaviour: Python's zoneinfo reads the zone files of the system, and the package tzdata only for zones that it does
# not find there, however old they are. pendulum and whenever do the same. pytz
# 2026.6 has data of its own. Here a folder with the files of tzdata 2025.2 is the system.
# Seen, 09:00 in Vancouver on 30 November 2026:
#   no zone files in the system    zoneinfo, pendulum, whenever 16:00Z   pytz 16:00Z
#   those of 2025b                 zoneinfo, pendulum, whenever 17:00Z   pytz 16:00Z
# Why it matters: by the newer data, western Canada stays at its summer time from 2026 on. `tzdata>=2026.6` in the
# requirements looks like the remedy, and is one in slim images, which have no zone files; on servers, laptops and full
# images nothing changes. So a scheduler and its workers, or two libraries in one process, differ by an hour from
# November to March, and all report the same version of tzdata. Update the package of the system, or set PYTHONTZPATH
# to nothing.
. "$(dirname "$0")/lib.sh"
install system tzdata==2025.2
install venv tzdata==2026.6 pytz==2026.6 pendulum==3.3.0 whenever==0.11.0
cat >"$folder/look.py" <<'PYTHON'
import sys
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import pendulum
import pytz
import whenever

for zone in ("America/Vancouver", "America/Edmonton", "Europe/Berlin"):
    local = datetime(2026, 11, 30, 9)
    times = {
        "zoneinfo": local.replace(tzinfo=ZoneInfo(zone)),
        "pendulum": pendulum.datetime(2026, 11, 30, 9, tz=zone),
        "whenever": datetime.fromisoformat(str(whenever.ZonedDateTime(2026, 11, 30, 9, tz=zone).to_instant())),
        "pytz": pytz.timezone(zone).localize(local),
    }
    print(sys.argv[1], zone, *(f"{name} {time.astimezone(timezone.utc):%H:%M}Z" for name, time in times.items()))
PYTHON
old=$("$folder/system/bin/python" -c 'import pathlib, tzdata; print(pathlib.Path(tzdata.__file__).parent / "zoneinfo")')
PYTHONTZPATH= "$folder/venv/bin/python" "$folder/look.py" "none |" >>"$folder/seen"
PYTHONTZPATH=$old "$folder/venv/bin/python" "$folder/look.py" "2025b |" >>"$folder/seen"
same <<'TEXT'
none | America/Vancouver zoneinfo 16:00Z pendulum 16:00Z whenever 16:00Z pytz 16:00Z
none | America/Edmonton zoneinfo 15:00Z pendulum 15:00Z whenever 15:00Z pytz 15:00Z
none | Europe/Berlin zoneinfo 08:00Z pendulum 08:00Z whenever 08:00Z pytz 08:00Z
2025b | America/Vancouver zoneinfo 17:00Z pendulum 17:00Z whenever 17:00Z pytz 16:00Z
2025b | America/Edmonton zoneinfo 16:00Z pendulum 16:00Z whenever 16:00Z pytz 15:00Z
2025b | Europe/Berlin zoneinfo 08:00Z pendulum 08:00Z whenever 08:00Z pytz 08:00Z
TEXT
