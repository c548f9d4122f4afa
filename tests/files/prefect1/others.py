"""Flows that run other flows, which are found by their deployments today."""

from prefect import Flow, Parameter, task, unmapped
from prefect.tasks.prefect import StartFlowRun, create_flow_run
from prefect.tasks.prefect import wait_for_flow_run as wait

PROJECT = "shop"
load = StartFlowRun(flow_name="Load 100%", project_name=PROJECT, wait=True)
start = StartFlowRun(project_name=PROJECT, parameters={"day": 1})


@task
def days():
    return [1, 2]


with Flow("created") as created:
    day = Parameter("day")
    first = create_flow_run(
        flow_name="first",
        project_name=PROJECT,
        parameters={"day": day},
        task_args={"name": "Start first"},
    )
    first_done = wait(first, stream_logs=True, raise_final_state=True)
    second = create_flow_run(flow_name="second", run_name="again")
    second.set_upstream(first_done)
    create_flow_run.map(flow_name=unmapped("each"), parameters=days())

with Flow("started") as started:
    loaded = load()
    start(flow_name="report", run_name="daily", upstream_tasks=[loaded])
    start(flow_name="clean", parameters={"day": 2}, task_args={"name": "Clean"}, upstream_tasks=[loaded])
