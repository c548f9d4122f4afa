#!/bin/sh
# parse-duration 2.1.9 (npm): `P1DT2H`, a day and two hours in ISO 8601, is two hours, and `1,5h` is 15 hours.
#
# Behaviour: letters that the package does not know are passed over, and a unit is taken for what it knows: `DT` is
# nothing, so that the day is lost, and the `M` of `P1M`, a month, is a minute. A comma in a number is dropped, as in
# `1,500`, also where it stands for a point. pydantic 2.13.0 reads the ISO forms, and refuses `1,5h`.
# Seen:   PT1H30M 5400 s    P1DT2H 7200 s, with pydantic 93600     P1M 60 s, with pydantic 2592000     1,5h 54000 s
# Why it matters: ISO 8601 is how pydantic, and so many services in Python, write a timeout into JSON. A service in
# JavaScript that reads it with this package works with `PT30M`, and cuts the long ones to their last part, without an
# error. Read ISO durations with a package for them.
. "$(dirname "$0")/lib.sh"
npm_install parse-duration@2.1.9
install venv pydantic==2.13.0
cat >"$folder/read.mjs" <<'JS'
import parse from "parse-duration";

console.log(JSON.stringify(process.argv.slice(2).map((text) => parse(text, "s"))));
JS
cat >"$folder/compare.py" <<'PYTHON'
import json
import subprocess
from datetime import timedelta

from pydantic import TypeAdapter, ValidationError

TEXTS = ["PT1H30M", "P2W", "P1DT2H", "P1DT30M", "P1M", "P3M", "1,5h", "1.5h"]
found = json.loads(subprocess.check_output(["node", "read.mjs", *TEXTS]))
for text, seconds in zip(TEXTS, found):
    try:
        expected = TypeAdapter(timedelta).validate_python(text).total_seconds()
    except ValidationError:
        expected = "an error"
    print(text, "| parse-duration", seconds, "| pydantic", expected)
PYTHON
(cd "$folder" && venv/bin/python compare.py) >"$folder/seen"
same <<'TEXT'
PT1H30M | parse-duration 5400 | pydantic 5400.0
P2W | parse-duration 1209600 | pydantic 1209600.0
P1DT2H | parse-duration 7200 | pydantic 93600.0
P1DT30M | parse-duration 1800 | pydantic 88200.0
P1M | parse-duration 60 | pydantic 2592000.0
P3M | parse-duration 180 | pydantic 7776000.0
1,5h | parse-duration 54000 | pydantic an error
1.5h | parse-duration 5400 | pydantic an error
TEXT
