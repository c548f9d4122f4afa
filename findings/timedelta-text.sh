#!/bin/sh
# pydantic 2.14.4 reads `-1 day, 23:00:00`, which is how CPython writes minus one hour, as minus 47 hours.
#
# Behaviour: `str(timedelta(hours=-1))` has a sign for the days only, since CPython keeps a span as negative days and a
# positive rest. pydantic and pytimeparse 1.1.10 take the sign for all of it. Django 5.2.19 reads it as CPython means it.
# They also differ on `01:30`, which is an hour and a half for pydantic, and a minute and a half for the two others.
# Seen:   -1 day, 23:00:00      pydantic, pytimeparse -47 hours      Django -1 hour
#         01:30                 pydantic 90 minutes                  Django, pytimeparse 90 seconds
#         what pydantic writes (-PT1H) is read as it was meant by pydantic and Django
# Why it matters: a span reaches a flow as text, from a log, `json.dumps(…, default=str)` or a column, and Prefect's flows
# read it with pydantic. `lookback=-1 hour`, written so, loads two days again, and no test with positive spans shows it.
# Write spans as ISO 8601, or as seconds.
. "$(dirname "$0")/lib.sh"
install venv pydantic==2.14.4 pytimeparse==1.1.10 django==5.2.19
"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
from datetime import timedelta
from math import nan

from django.utils.dateparse import parse_duration
from pydantic import TypeAdapter
from pytimeparse import parse

pydantic = TypeAdapter(timedelta)
hour = timedelta(hours=1)
for text in (str(hour), str(-hour), pydantic.dump_python(-hour, mode="json"), "01:30"):
    hours = pydantic.validate_python(text) / hour, parse_duration(text) / hour, (parse(text) or nan) / 3600
    print(text, "| hours: pydantic {:g}, Django {:g}, pytimeparse {:g}".format(*hours))
PYTHON
same <<'TEXT'
1:00:00 | hours: pydantic 1, Django 1, pytimeparse 1
-1 day, 23:00:00 | hours: pydantic -47, Django -1, pytimeparse -47
-PT1H | hours: pydantic -1, Django -1, pytimeparse nan
01:30 | hours: pydantic 1.5, Django 0.025, pytimeparse 0.025
TEXT
