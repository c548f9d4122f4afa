#!/bin/sh
# celery-redbeat 2.4.2: the first Monday of a month becomes every Monday, and 06:00 becomes 07:00 in summer.
#
# Behaviour: schedules are written to Redis as JSON, and beat runs what it reads from there. Of a weekday such as `MO(1)`,
# the number is not written. Of the time zone of `dtstart`, the offset of that day is written, not its name, so that a
# rule which begins in winter stays in winter time. The rule that was given is right, and so is its text in the log.
# Seen, in Berlin, from March 2026, of a rule that starts on 1 January at 06:00:
#   MONTHLY, MO(1)   given   2 March 06:00, 6 April 06:00        read back   2 March 06:00, 9 March 06:00
#   DAILY            given   28 March 06:00, 29 March 06:00      read back   28 March 06:00, 29 March 07:00
# Why it matters: rules are used for what a crontab cannot say, and "the first Monday" is the common case. The monthly
# bill is sent four times, and only once in the tests, where no Redis is between the rule and the clock.
. "$(dirname "$0")/lib.sh"
install venv celery-redbeat==2.4.2 celery==5.7.0 python-dateutil==2.9.0.post0
"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
import json
from datetime import datetime
from zoneinfo import ZoneInfo

from celery import Celery
from dateutil.rrule import FR, MO
from redbeat.decoder import RedBeatJSONDecoder, RedBeatJSONEncoder
from redbeat.schedules import rrule

ZONE = ZoneInfo("Europe/Berlin")
app = Celery()
app.conf.timezone = "Europe/Berlin"


def say(name, rule, after):
    times = rule.rrule.xafter(after, count=3)
    print(name, "|", *(f"{each.astimezone(ZONE):%d.%m. %H:%M}" for each in times))


for frequency, days, after in (
    ("MONTHLY", [MO(1)], datetime(2026, 3, 1, tzinfo=ZONE)),
    ("MONTHLY", [FR(-1)], datetime(2026, 3, 1, tzinfo=ZONE)),
    ("DAILY", None, datetime(2026, 3, 28, tzinfo=ZONE)),
):
    given = rrule(frequency, dtstart=datetime(2026, 1, 1, 6, tzinfo=ZONE), byweekday=days, app=app)
    kept = json.loads(json.dumps(given, cls=RedBeatJSONEncoder), cls=RedBeatJSONDecoder)
    say(f"{frequency} {days} given", given, after)
    say(f"{frequency} {days} read back", kept, after)
PYTHON
same <<'TEXT'
MONTHLY [MO(+1)] given | 02.03. 06:00 06.04. 06:00 04.05. 06:00
MONTHLY [MO(+1)] read back | 02.03. 06:00 09.03. 06:00 16.03. 06:00
MONTHLY [FR(-1)] given | 27.03. 06:00 24.04. 06:00 29.05. 06:00
MONTHLY [FR(-1)] read back | 06.03. 06:00 13.03. 06:00 20.03. 06:00
DAILY None given | 28.03. 06:00 29.03. 06:00 30.03. 06:00
DAILY None read back | 28.03. 06:00 29.03. 07:00 30.03. 07:00
TEXT
