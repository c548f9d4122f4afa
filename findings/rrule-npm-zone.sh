#!/bin/sh
# rrule 2.8.1 (npm): the instants of a rule with a time zone depend on the zone of the machine, and jump in spring.
#
# Behaviour: of a rule with `DTSTART;TZID=Europe/Berlin`, the dates are instants only where the machine's zone is UTC. In
# another zone, the UTC fields of each date are the machine's clock at that instant, so that the same rule has other dates
# on each machine. The documentation says so of dates in general; the type is `Date`, and prints a `Z`. A time in the hour
# that is missing in spring is an hour early. Without DTSTART, the seconds are those of the moment in which it was read.
# Seen, 06:00 in Berlin on 1 June 2026, which is 04:00Z:   TZ=UTC 04:00Z   Europe/Berlin 06:00Z   America/New_York 00:00Z
#       02:30 on 29 March 2026, with TZ=UTC:               00:30Z, which is 01:30 in Berlin
# Why it matters: pages that show the next times of a schedule, and services that plan them, are written on a laptop with
# a zone and run in a container with UTC, or the other way round. dateutil, which Prefect plans with, answers 04:00Z.
. "$(dirname "$0")/lib.sh"
npm_install rrule@2.8.1
cat >"$folder/dates.js" <<'JS'
const { rrulestr } = require("rrule");

for (const start of ["20260601T060000", "20260329T023000"]) {
  const [first] = rrulestr(`DTSTART;TZID=Europe/Berlin:${start}\nRRULE:FREQ=DAILY;COUNT=2`).all();
  console.log(process.env.TZ, start, "|", first.toISOString());
}
JS
for zone in UTC Europe/Berlin America/New_York; do
    TZ=$zone node "$folder/dates.js" >>"$folder/seen"
done
same <<'TEXT'
UTC 20260601T060000 | 2026-06-01T04:00:00.000Z
UTC 20260329T023000 | 2026-03-29T00:30:00.000Z
Europe/Berlin 20260601T060000 | 2026-06-01T06:00:00.000Z
Europe/Berlin 20260329T023000 | 2026-03-29T02:30:00.000Z
America/New_York 20260601T060000 | 2026-06-01T00:00:00.000Z
America/New_York 20260329T023000 | 2026-03-28T20:30:00.000Z
TEXT
