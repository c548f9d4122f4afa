#!/bin/sh
# BullMQ 6.7.0: `H H * * *`, once a day at an hour that is the same each day, runs about twice a day.
#
# Behaviour: a job scheduler keeps the pattern, and reads it with cron-parser each time it looks for the next run. There,
# an `H` without a seed is another number each time it is read, and BullMQ gives no seed. So each run chooses a new hour,
# which is later on the same day half of the time. `H 6 * * *` chooses a new minute within the hour.
# Seen in 100 days, of the function that names the next run:   30 6 * * *   100 runs
#                                                             H 6 * * *    nearly 200
#                                                             H H * * *    nearly 200
# Why it matters: `H` comes from Jenkins, where it spreads jobs over the hour, and each job keeps its place. Here the
# daily job runs twice on most days, at times that cannot be told, and each run looks right. Write numbers.
. "$(dirname "$0")/lib.sh"
npm_install bullmq@6.7.0
cat >"$folder/count.js" <<'JS'
const { defaultRepeatStrategy } = require("bullmq");

const DAY = 24 * 60 * 60 * 1000;
const START = Date.parse("2026-01-01T00:00:00Z");

function runs(pattern) {
  let count = 0;
  let now = START;
  while ((now = defaultRepeatStrategy(now, { pattern, tz: "UTC" })) < START + 100 * DAY) count += 1;
  return count;
}

for (const pattern of ["30 6 * * *", "H 6 * * *", "H H * * *"]) {
  const count = runs(pattern);
  console.log(pattern, "|", count > 150 ? "more than 150 runs in 100 days" : `${count} runs in 100 days`);
}
JS
node "$folder/count.js" >"$folder/seen"
same <<'TEXT'
30 6 * * * | 100 runs in 100 days
H 6 * * * | more than 150 runs in 100 days
H H * * * | more than 150 runs in 100 days
TEXT
