#!/bin/sh
# periodiq 0.14.0, for dramatiq: `0 6 * * 0` never runs, and a start on Saturday leaves out the morning of Monday.
#
# Behaviour: the scheduler sleeps until `next_valid_date`, and sends an actor if `validate` says that the time fits.
# `next_valid_date` reads `0` and `sun` as Sunday, `validate` reads only `7` so: the scheduler wakes on each Sunday and
# sends nothing. `next_valid_date` also goes to a later day, or month, with the minute and hour that it has come to, so
# that the times of that day before them are left out; and `30 2 * * *` is looked for at 03:30 when the clocks go forward,
# where it does not fit. croniter reads all of these as cron does.
# Seen, in Berlin:   0 6 * * 0, 0 6 * * sun                     no run
#                    */15 9-17 * * 1-5 from Saturday 12:05      first on Monday at 12:15
#                    0 6 * 3 1 from 10 December                 first on 15 March, not on 1 March
#                    30 2 * * * on 28 March                     no run
# Why it matters: who starts the scheduler anew on the weekend, as a deploy does, loses half of Monday's runs once, which
# looks like an accident. The line for Sundays, moved from a crontab, is accepted, is in the list that the scheduler
# prints at its start, and is missed when somebody asks for the report. Write 7, and list nothing by month and weekday.
. "$(dirname "$0")/lib.sh"
install venv periodiq==0.14.0 dramatiq==2.2.1 pendulum==3.3.0 croniter==7.0.0
"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
from datetime import datetime
from itertools import islice

import pendulum
from croniter import croniter
from periodiq import cron


def of_periodiq(line, now):
    spec = cron(line)
    for _ in range(100):
        now = spec.next_valid_date(now)
        if spec.validate(now):
            yield now


for line, start in (
    ("0 6 * * 7", "2026-12-01"),
    ("0 6 * * 0", "2026-12-01"),
    ("0 6 * * sun", "2026-12-01"),
    ("*/15 9-17 * * 1-5", "2026-12-05T12:05"),
    ("0 6 * 3 1", "2026-12-10"),
    ("30 2 * * *", "2027-03-27T12:00"),
):
    start = pendulum.parse(start, tz="Europe/Berlin")
    for name, times in {
        "croniter": croniter(line, start).all_next(datetime),
        "periodiq": of_periodiq(line, start),
    }.items():
        print(line, "|", name, "|", *(f"{each:%d.%m. %H:%M}" for each in islice(times, 2)))
PYTHON
same <<'TEXT'
0 6 * * 7 | croniter | 06.12. 06:00 13.12. 06:00
0 6 * * 7 | periodiq | 06.12. 06:00 13.12. 06:00
0 6 * * 0 | croniter | 06.12. 06:00 13.12. 06:00
0 6 * * 0 | periodiq |
0 6 * * sun | croniter | 06.12. 06:00 13.12. 06:00
0 6 * * sun | periodiq |
*/15 9-17 * * 1-5 | croniter | 07.12. 09:00 07.12. 09:15
*/15 9-17 * * 1-5 | periodiq | 07.12. 12:15 07.12. 12:30
0 6 * 3 1 | croniter | 01.03. 06:00 08.03. 06:00
0 6 * 3 1 | periodiq | 15.03. 06:00 22.03. 06:00
30 2 * * * | croniter | 28.03. 03:00 29.03. 02:30
30 2 * * * | periodiq | 29.03. 02:30 30.03. 02:30
TEXT
