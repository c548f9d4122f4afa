#!/bin/sh
# cronstrue 3.39.0 (npm), cron-descriptor 2.2.1: `*/90 * * * *` is described as every 90 minutes, and runs every hour.
#
# Behaviour: both put the number of a step into words without a look at the end of the hour, month or week, where counting
# begins again. A step that is larger than its field is no error. cronstrue also joins two fields of days by `and`, where
# cron, and cron-descriptor, have `or`.
# Seen, descriptions beside the runs that croniter 7.0.0 finds:
#   */90 * * * *    Every 90 minutes        60 minutes apart          0 6 */2 * *    every 2 days    1 or 2 days apart
#   */45 * * * *    Every 45 minutes        45 and 15 minutes apart   0 6 1 * 1      `and on Monday`: 63 days in 2026
# Why it matters: the description is what the pages of schedulers show beside the line, and what the author of a line
# checks it with. A job that must not overlap with itself, or that reads a 90-minute window, is confirmed as it is wrong.
. "$(dirname "$0")/lib.sh"
install venv cron-descriptor==2.2.1 croniter==7.0.0
npm_install cronstrue@3.39.0
cat >"$folder/describe.py" <<'PYTHON'
import subprocess
from datetime import datetime
from itertools import islice, pairwise

from cron_descriptor import get_description
from croniter import croniter

for line in ("*/90 * * * *", "*/45 * * * *", "0 */36 * * *", "0 6 */2 * *", "0 6 1 * 1"):
    times = croniter(line, datetime(2026, 1, 1)).all_next(datetime)
    gaps = sorted({after - before for before, after in pairwise(islice(times, 200))})
    print(line, "| cron-descriptor:", get_description(line))
    print(line, "| cronstrue:", subprocess.check_output(["node", "describe.js", line], text=True).strip())
    print(line, "| apart:", gaps[0], "to", gaps[-1])
PYTHON
echo 'console.log(require("cronstrue").toString(process.argv[2]))' >"$folder/describe.js"
(cd "$folder" && venv/bin/python describe.py) >"$folder/seen"
same <<'TEXT'
*/90 * * * * | cron-descriptor: Every 90 minutes
*/90 * * * * | cronstrue: Every 90 minutes
*/90 * * * * | apart: 1:00:00 to 1:00:00
*/45 * * * * | cron-descriptor: Every 45 minutes
*/45 * * * * | cronstrue: Every 45 minutes
*/45 * * * * | apart: 0:15:00 to 0:45:00
0 */36 * * * | cron-descriptor: Every 36 hours
0 */36 * * * | cronstrue: On the hour, every 36 hours
0 */36 * * * | apart: 1 day, 0:00:00 to 1 day, 0:00:00
0 6 */2 * * | cron-descriptor: At 06:00 AM, every 2 days
0 6 */2 * * | cronstrue: At 06:00 AM, every 2 days in a month
0 6 */2 * * | apart: 1 day, 0:00:00 to 2 days, 0:00:00
0 6 1 * 1 | cron-descriptor: At 06:00 AM, on day 1 of the month, or on Monday
0 6 1 * 1 | cronstrue: At 06:00 AM, on day 1 of the month, and on Monday
0 6 1 * 1 | apart: 1 day, 0:00:00 to 7 days, 0:00:00
TEXT
