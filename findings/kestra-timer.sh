#!/bin/sh
# kestra 2.0.0, the Python package of scripts in Kestra: a timer loses all full seconds, and some are negative.
#
# Behaviour: `Kestra.timer(name, function)` calls the function and reports how long it took, from the microseconds of
# two clock times. The seconds are left out, so that 2.2 s are reported as 0.2 s, or as -0.8 s, if the clock passes a
# full second more on the way. A duration given as a number arrives as it is.
# Seen:   2.2 s, begun 0.1 s after a full second    about 200 ms
#         0.4 s, begun 0.8 s after a full second    about -600 ms
# Why it matters: metrics of tasks are what a team watches to see that an extract gets slower, and sets alerts on. All of
# them stay below one second, for ever, and a part of them below zero; in a test with short functions most are right.
# Measure with `time.monotonic()`, and pass the number.
. "$(dirname "$0")/lib.sh"
install venv kestra==2.0.0
"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
import contextlib
import io
import json
import time

from kestra import Kestra


def reported(offset, seconds):
    time.sleep((offset - time.time()) % 1)
    with contextlib.redirect_stdout(io.StringIO()) as written:
        Kestra.timer("extract", lambda: time.sleep(seconds))
    (metric,) = json.loads(written.getvalue().strip().strip(":"))["metrics"]
    return metric["value"]


print("2.2 s, less than one second is reported:", reported(0.1, 2.2) < 1000)
print("0.4 s, less than nothing is reported:", any(reported(0.8, 0.4) < 0 for _ in range(5)))
PYTHON
same <<'TEXT'
2.2 s, less than one second is reported: True
0.4 s, less than nothing is reported: True
TEXT
