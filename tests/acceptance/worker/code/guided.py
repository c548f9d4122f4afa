"""What the guide from version 1 to version 2 shows of flow code, one flow for each of its facts."""

import contextlib
from datetime import timedelta

import syntask
from syntask import flow, task
from syntask.context import get_run_context
from syntask.states import Completed, Failed
from syntask.task_runners import ConcurrentTaskRunner
from syntask.tasks import task_input_hash


@flow(name="flow_name")
def named(x: int = 1):
    print(x + 1)


@task
def load(number):
    print(f"load {number}")
    return number


@flow(task_runner=ConcurrentTaskRunner(), log_prints=True)
def concurrent():
    print(sorted(future.result() for future in [load.submit(1), load.submit(2)]))


_ATTEMPTS = []


@task(retries=2, retry_delay_seconds=0.05)
def shaky():
    _ATTEMPTS.append(1)
    if len(_ATTEMPTS) < 3:
        raise ConnectionError("not yet")


@flow
def retried():
    shaky()


@task
def write_lines():
    syntask.get_run_logger().warning("from the task")


@flow
def logged():
    syntask.get_run_logger().info("from the flow")
    write_lines()


@task
def ask():
    print(get_run_context().task.name, get_run_context().task_run.name[:4])


@flow(log_prints=True)
def in_context(x: int = 1):
    context = syntask.context.get_run_context()
    print(context.flow.name, context.parameters)
    ask()


@task(cache_key_fn=task_input_hash, cache_expiration=timedelta(hours=1), log_prints=True)
def compute(x):
    print(f"compute {x}")
    return x * 2


@flow(log_prints=True)
def cached():
    print([compute(1), compute(2), compute(1)])


@task
def fail():
    raise ValueError("no")


@flow
def decided_by_what_is_returned():
    """No reference task: that a task failed does not matter."""
    fail(return_state=True)
    return "done"


@flow
def failed_by_what_is_returned():
    load(1)
    return Failed(message="not enough")


@flow
def failed_by_a_task_that_is_returned():
    return [load.submit(1), fail.submit()]


@task
def skip():
    return Completed(name="Skipped", message="nothing is new")


@flow(log_prints=True)
def without_signals():
    """A state in place of a signal, and an exception that the flow takes."""
    print(skip(return_state=True).name)
    try:
        fail()
    except ValueError as error:
        print(f"went on after {error}")


@contextlib.contextmanager
def connection():
    print("opened")
    try:
        yield "connection"
    finally:
        print("closed")


@flow(log_prints=True)
def plain_python(count: int = 2):
    """Conditions, loops and resources are those of the language."""
    with connection():
        if count > 1:
            for number in range(count):
                load(number)
        else:
            print("too few")


@flow
def child(x):
    return load(x)


@flow(log_prints=True)
def parent():
    print(child(5) + 1)


@flow(log_prints=True)
def functional():
    """An order without data is said by `wait_for`."""
    first = load.submit(1)
    load.submit(2, wait_for=[first]).wait()
