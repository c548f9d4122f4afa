#!/bin/sh
# Prefect 3.8.8 and 3.9.1: a task that is called with the future of a failed task returns None, without an error.
#
# Behaviour: the task is not run, since its input is missing, and its call returns None as if it had. Only the state of
# the task run says `Pending(NotReady)`. Submitted, the same task raises when its result is asked for.
# Seen:   called       returns None, and a flow that goes on is Completed
#         submitted    `result()` raises UnfinishedRun
# Why it matters: the usual first step, from `load.submit(rows)` to `load(rows)`, turns a failure into an empty value
# that the flow goes on with. Ask futures for their results before they are arguments of a call, or check the state.
. "$(dirname "$0")/lib.sh"
cat >"$folder/look.py" <<'PYTHON'
import logging

import prefect
from prefect import flow, task

logging.disable(logging.CRITICAL)


@task
def extract():
    raise ValueError("no connection")


@task
def load(rows):
    return f"loaded {rows}"


@flow
def called():
    return f"got {load(extract.submit())}"


@flow
def submitted():
    try:
        return load.submit(extract.submit()).result()
    except Exception as error:
        return type(error).__name__


for each in (called, submitted):
    state = each(return_state=True)
    print(prefect.__version__, each.name, state.name, state.result())
PYTHON
see look.py 3.8.8 3.9.1
same <<'TEXT'
3.8.8 called Completed got None
3.8.8 submitted Completed UnfinishedRun
3.9.1 called Completed got None
3.9.1 submitted Completed UnfinishedRun
TEXT
