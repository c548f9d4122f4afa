from prefect import Flow, task
from prefect.tasks.notifications import SlackTask
from prefect.tasks.notifications.slack_task import SlackTask as Slack

tell = SlackTask(message="done", tags=["chat"])
warn = Slack(webhook_secret="WARNINGS")


@task
def count():
    return 3


with Flow("tell") as flow:
    counted = count()
    told = tell(upstream_tasks=[counted])
    warn(message=counted)
    Slack(name="bye")("bye", upstream_tasks=[told])

with Flow("not called") as other:
    tell.set_upstream(count)
