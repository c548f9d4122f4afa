import os

from prefect import Flow, Parameter, task
from prefect.tasks.notifications import SlackTask
from prefect.tasks.shell import ShellTask

shell = ShellTask(helper_script="cd /tmp", return_all=True, stream_output=True, name="in /tmp")
once = ShellTask(command="date", shell="sh")
computed = ShellTask(stream_output=os.environ.get("STREAM"))
told = SlackTask()


@task
def convert(name):
    return ShellTask(command=f"iconv {name}").run()


with Flow("shell") as flow:
    lines = shell(command=Parameter("command"), env={"LANG": "C"})
    convert(once(upstream_tasks=[lines]))
    computed(command="ls")
    told(message="x", webhook_url="https://hooks.example.com")
