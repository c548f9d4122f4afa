#!/bin/sh
# prefect-aws 0.7.12: a Glue job that is started with its block cannot be waited for, and one without arguments cannot be
# started.
#
# Behaviour: `GlueJobBlock.trigger()` starts the job, and returns a run that was given no client. `wait_for_completion` and
# `fetch_result` of the run, as in the example of the documentation, use the client, which is None. `arguments`, which
# are optional, are sent as None, which boto3 refuses; what it said is only in the log.
# Seen, with a server that starts jobs:
#   trigger() with arguments       the job is started
#   wait_for_completion()          AttributeError: 'NoneType' object has no attribute 'get_job_run'
#   trigger() without arguments    RuntimeError, without a text; nothing is started
# Why it matters: the flow run fails after the job was started, and retries start it again, while the first one still
# runs: three retries load the table four times. Set `run.client = block._get_client()` before waiting, and give `{}`.
. "$(dirname "$0")/lib.sh"
prefect 3.9.1 prefect-aws==0.7.12
loopback
export AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_DEFAULT_REGION=us-east-1 NO_PROXY=127.0.0.1
export PREFECT_HOME="$folder/home"
cat >"$folder/start.py" <<'PYTHON'
import asyncio
import os

from loopback import Loopback

calls = []


class Glue(Loopback):
    """Starts each job, and says that it has succeeded."""

    def do_POST(self):
        self.body()
        calls.append(self.headers["X-Amz-Target"].rpartition(".")[2])
        self.answer({"JobRunId": "jr_1", "JobRun": {"JobRunState": "SUCCEEDED"}}, kind="application/x-amz-json-1.1")


os.environ["AWS_ENDPOINT_URL_GLUE"] = f"http://{Glue.address()}"

from prefect_aws.glue_job import GlueJobBlock


def attempt(name, call):
    try:
        said = call() or "nothing is raised"
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
    print(name, "|", said, "|", *calls)
    calls.clear()


def trigger(**arguments):
    return asyncio.run(GlueJobBlock(job_name="load", job_watch_poll_interval=0.1, **arguments).trigger())


run = trigger(arguments={"--day": "2026-09-01"})
attempt("trigger with arguments", lambda: run.job_id)
attempt("wait_for_completion", run.wait_for_completion)
attempt("fetch_result", lambda: asyncio.run(run.fetch_result()))
attempt("trigger without arguments", trigger)
run.client = GlueJobBlock(job_name="load")._get_client()
attempt("wait_for_completion with a client", run.wait_for_completion)
PYTHON
"$folder/3.9.1/bin/python" "$folder/start.py" >"$folder/seen" 2>"$folder/log"
same <<'TEXT'
trigger with arguments | jr_1 | StartJobRun
wait_for_completion | AttributeError: 'NoneType' object has no attribute 'get_job_run' |
fetch_result | AttributeError: 'NoneType' object has no attribute 'get_job_run' |
trigger without arguments | RuntimeError:  |
wait_for_completion with a client | nothing is raised | GetJobRun
TEXT
