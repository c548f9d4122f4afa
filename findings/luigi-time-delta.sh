#!/bin/sh
# luigi 3.8.1: a duration is read as far as it is understood, and the rest is dropped: `500 ms` is 500 minutes.
#
# Behaviour: `TimeDeltaParameter` takes `2 weeks 3 days 4 hours 5 minutes 6 seconds`, each with its first letter only, if
# one likes. What follows the last unit it knows is ignored, as are the other letters of a unit: `month` and
# `milliseconds` begin with the m of minutes. A text that begins with no number and known letter is an error.
# Seen:   1 month 0:01:00    500 ms 8:20:00    2 hours, 5 minutes 2:00:00    1 day, 2:00:00 1 day    1 year error
# Why it matters: these are timeouts, ages of data that is deleted, and windows that are read, from a configuration file
# or a command line. `3 months` of history is three minutes, and Python itself writes a timedelta as `1 day, 2:00:00`,
# which comes back without the hours. It is no error. Write days, hours, minutes and seconds with blanks only.
. "$(dirname "$0")/lib.sh"
install venv luigi==3.8.1
"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
from datetime import timedelta

import luigi

parameter = luigi.TimeDeltaParameter()
written = str(timedelta(days=1, hours=2))
for text in ("1 day 2 hours", "1 month", "3 months", "500 ms", "2 hours, 5 minutes", written, "1 year"):
    try:
        print(text, "|", parameter.parse(text))
    except luigi.parameter.ParameterException as error:
        print(text, "|", type(error).__name__)
PYTHON
same <<'TEXT'
1 day 2 hours | 1 day, 2:00:00
1 month | 0:01:00
3 months | 0:03:00
500 ms | 8:20:00
2 hours, 5 minutes | 2:00:00
1 day, 2:00:00 | 1 day, 0:00:00
1 year | ParameterException
TEXT
