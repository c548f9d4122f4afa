#!/bin/sh
# croner 11.0.1, cron-parser 5.10.6 and cron 4.4.0 (npm): `*/20 2 * * *` on the day on which there is no 02:00.
#
# Behaviour: the three read the line alike on all other days. In spring, croner drops the runs of the missing hour, since
# the minute has a star, cron-parser moves all three an hour, and cron replaces them by one at the end of the gap. cron also
# adds that run where the hour after the gap has its own: `30 1-3 * * *` runs at 01:30, 03:00 and 03:30. In autumn,
# croner runs in both hours, cron-parser in one, and cron in both only if the line has other hours, too.
# Seen in Berlin, in UTC:  29 March 2026      croner none     cron-parser 01:00 01:20 01:40     cron 01:00
#                          25 October 2026    croner 6 runs   cron-parser 3 runs                cron 3 runs
# Why it matters: they are below most schedulers of Node.js: BullMQ has cron-parser, NestJS has cron. A job that moves
# from one to another keeps its line, and runs never, once or three times in that night. Use UTC.
. "$(dirname "$0")/lib.sh"
npm_install croner@11.0.1
npm_install cron-parser@5.10.6
npm_install cron@4.4.0
cat >"$folder/compare.js" <<'JS'
const { Cron } = require("croner");
const { CronExpressionParser } = require("cron-parser");
const { CronTime } = require("cron");

const tz = "Europe/Berlin";

function* ofCroner(line, start) {
  yield* new Cron(line, { timezone: tz }).nextRuns(20, start);
}

function* ofCronParser(line, start) {
  const times = CronExpressionParser.parse(line, { currentDate: start, tz });
  for (;;) yield times.next().toDate();
}

function* ofCron(line, start) {
  const times = new CronTime(line, tz);
  for (;;) yield (start = times.getNextDateFrom(start, tz).toJSDate());
}

for (const line of ["*/20 2 * * *", "30 1-3 * * *"]) {
  for (const from of ["2026-03-28T23:00:00Z", "2026-10-24T22:00:00Z"]) {
    for (const [name, of] of Object.entries({ croner: ofCroner, "cron-parser": ofCronParser, cron: ofCron })) {
      const runs = [];
      for (const each of of(line, new Date(from))) {
        if (each - new Date(from) > 12 * 60 * 60 * 1000) break;
        runs.push(each.toISOString().slice(11, 16) + "Z");
      }
      console.log(line, "|", from.slice(0, 10), "|", name, "|", ...runs);
    }
  }
}
JS
node "$folder/compare.js" >"$folder/seen"
same <<'TEXT'
*/20 2 * * * | 2026-03-28 | croner |
*/20 2 * * * | 2026-03-28 | cron-parser | 01:00Z 01:20Z 01:40Z
*/20 2 * * * | 2026-03-28 | cron | 01:00Z
*/20 2 * * * | 2026-10-24 | croner | 00:00Z 00:20Z 00:40Z 01:00Z 01:20Z 01:40Z
*/20 2 * * * | 2026-10-24 | cron-parser | 00:00Z 00:20Z 00:40Z
*/20 2 * * * | 2026-10-24 | cron | 00:00Z 00:20Z 00:40Z
30 1-3 * * * | 2026-03-28 | croner | 00:30Z 01:30Z
30 1-3 * * * | 2026-03-28 | cron-parser | 00:30Z 01:30Z
30 1-3 * * * | 2026-03-28 | cron | 00:30Z 01:00Z 01:30Z
30 1-3 * * * | 2026-10-24 | croner | 23:30Z 00:30Z 01:30Z 02:30Z
30 1-3 * * * | 2026-10-24 | cron-parser | 23:30Z 00:30Z 02:30Z
30 1-3 * * * | 2026-10-24 | cron | 23:30Z 00:30Z 01:30Z 02:30Z
TEXT
