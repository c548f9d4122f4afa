#!/bin/sh
# RQ 3.0.0 and logging of Python: a job's timeout is lost when it falls into the writing of a log line.
#
# Behaviour: RQ ends a job that takes too long by an exception from a signal handler. The handlers of `logging` catch
# every Exception that happens while they write, print it to stderr, and go on. JobTimeoutException is an Exception, so
# a timeout in that moment is only printed, the alarm is used up, and the job runs on without a limit.
# Seen:   timeout of 1 second while the job sleeps    JobTimeoutException
#         the same while it writes a log line         the job runs to its end
# Why it matters: logs go to pipes, sockets and network file systems, and jobs hang where those are slow: in the logging
# call. Such a job holds its worker for as long as it likes. What does its timeouts in the same way needs an exception
# derived from BaseException, as Prefect has.
. "$(dirname "$0")/lib.sh"
install venv rq==3.0.0
"$folder/venv/bin/python" - >"$folder/seen" 2>"$folder/printed" <<'PYTHON'
import logging
import time

from rq.timeouts import JobTimeoutException, UnixSignalDeathPenalty


class Slow:
    def write(self, text):
        time.sleep(2)

    def flush(self): ...


logger = logging.Logger("job")
logger.addHandler(logging.StreamHandler(Slow()))
for name, step in (("sleeps", lambda: time.sleep(2)), ("logs", lambda: logger.warning("a step is done"))):
    try:
        with UnixSignalDeathPenalty(1, JobTimeoutException):
            step()
            time.sleep(1)
        print(name, "and runs to the end")
    except JobTimeoutException as error:
        print(name, "and is stopped:", error)
PYTHON
same <<'TEXT'
sleeps and is stopped: Task exceeded maximum timeout value (1 seconds)
logs and runs to the end
TEXT
