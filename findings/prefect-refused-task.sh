#!/bin/sh
# Prefect 3.8.8 and 3.9.1, CPython 3.11 to 3.13: a task that could not be submitted runs all the same, later.
#
# Behaviour: where the system gives no thread (a container at its limit of processes, for one), `submit` raises
# RuntimeError, "can't start new thread". The call stays in the queue of the thread pool of the standard library. The next
# one that is submitted starts a thread, which runs both.
# Seen:   a submit that is refused, and then the same again    the task runs twice, with the same argument
# Why it matters: a flow that catches the error and tries again, or does the work in another way, does it twice: a payment,
# a mail, an insert. Keep the pool small enough (`max_workers`), give tasks a key by which a second one is seen, and
# let a flow fail that gets no threads.
# How: a stack of 64 TiB, asked for around that one call, is a thread that no system gives.
. "$(dirname "$0")/lib.sh"
cat >"$folder/look.py" <<'PYTHON'
import logging
import threading

import prefect
from prefect import flow, task
from prefect.task_runners import ThreadPoolTaskRunner

logging.disable(logging.CRITICAL)
paid = []


@task
def pay(order):
    paid.append(order)


@flow(task_runner=ThreadPoolTaskRunner(max_workers=4))
def pay_all():
    usual = threading.stack_size(2**46)
    try:
        pay.submit("order 1")
        answer = "taken"
    except RuntimeError as error:
        answer = f"refused: {error}"
    finally:
        threading.stack_size(usual)
    pay.submit("order 1").wait()
    return answer


answer = pay_all()
print(f"{prefect.__version__} {answer}; then paid {len(paid)} times")
PYTHON
see look.py 3.8.8 3.9.1
same <<'TEXT'
3.8.8 refused: can't start new thread; then paid 2 times
3.9.1 refused: can't start new thread; then paid 2 times
TEXT
