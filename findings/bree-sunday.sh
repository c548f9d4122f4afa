#!/bin/sh
# Bree 9.2.9 (npm): `0 6 * * 7`, each Sunday in cron, runs on Saturdays, and `every 36 hours` runs each midnight.
#
# Behaviour: a line is checked by a package that knows the 7 for Sunday, and is run by one, @breejs/later 4.2, that does
# not, and takes the nearest day it has. A range that ends with 7 has no Sunday. Intervals in words are read as parts of
# the day, so that what is longer than a day begins anew at each midnight.
# Seen from 1 January 2026, a Thursday:
#   0 6 * * 0     Sundays                             every 36 hours    each day at 00:00
#   0 6 * * 7     Saturdays                           every 90 minutes  each hour
#   0 6 * * 5-7   Fridays and Saturdays
# Why it matters: 7 is what people write who count the week from Monday, and it works in each crontab. The job runs as
# often as it should, and its log looks right: the weekly report lacks a day, and the maintenance is not in the night
# that was announced. Write 0, and intervals as numbers of milliseconds.
. "$(dirname "$0")/lib.sh"
npm_install bree@9.2.9
cat >"$folder/next.js" <<'JS'
const Bree = require("bree");
const later = require("@breejs/later");

async function main() {
  const start = new Date("2026-01-01T00:00:00Z");
  for (const times of [
    { cron: "0 6 * * 0" },
    { cron: "0 6 * * 7" },
    { cron: "0 6 * * 5-7" },
    { cron: "0 6 * * 6-7" },
    { interval: "every 36 hours" },
    { interval: "every 90 minutes" },
  ]) {
    const bree = new Bree({ root: false, logger: false, jobs: [{ name: "job", path: __filename, ...times }] });
    await bree.init();
    const runs = later.schedule(bree.config.jobs[0].interval).next(4, start);
    console.log(Object.values(times)[0], "|", runs.map((run) => run.toUTCString().slice(0, 22)).join(" | "));
  }
}

main();
JS
node "$folder/next.js" >"$folder/seen"
same <<'TEXT'
0 6 * * 0 | Sun, 04 Jan 2026 06:00 | Sun, 11 Jan 2026 06:00 | Sun, 18 Jan 2026 06:00 | Sun, 25 Jan 2026 06:00
0 6 * * 7 | Sat, 03 Jan 2026 06:00 | Sat, 10 Jan 2026 06:00 | Sat, 17 Jan 2026 06:00 | Sat, 24 Jan 2026 06:00
0 6 * * 5-7 | Fri, 02 Jan 2026 06:00 | Sat, 03 Jan 2026 06:00 | Fri, 09 Jan 2026 06:00 | Sat, 10 Jan 2026 06:00
0 6 * * 6-7 | Sat, 03 Jan 2026 06:00 | Sat, 10 Jan 2026 06:00 | Sat, 17 Jan 2026 06:00 | Sat, 24 Jan 2026 06:00
every 36 hours | Thu, 01 Jan 2026 00:00 | Fri, 02 Jan 2026 00:00 | Sat, 03 Jan 2026 00:00 | Sun, 04 Jan 2026 00:00
every 90 minutes | Thu, 01 Jan 2026 00:00 | Thu, 01 Jan 2026 01:00 | Thu, 01 Jan 2026 02:00 | Thu, 01 Jan 2026 03:00
TEXT
