#!/usr/bin/env python
import prefect
from prefect import Flow, task
from prefect.engine import signals
from prefect.engine.results import S3Result
from prefect.tasks.shell import ShellTask
from prefect.triggers import all_finished, all_successful
from prefect.utilities.notifications import slack_notifier

shell = ShellTask(name="ls", command="ls")


@task(trigger=all_successful)
def first():
    raise signals.SKIP("nothing to do")


@task(trigger=all_finished, timeout=1, state_handlers=[slack_notifier()])
def second():
    return prefect.context.get("today")


@task(result=S3Result(bucket="results"))
def third():
    return 1


with Flow("rest", state_handlers=[]) as flow:
    a = first()
    b = second()
    b.set_upstream(a)
    shell()
    third()

state = flow.run()
print(state.is_successful(), state.result[a])
