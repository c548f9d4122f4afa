"""The program of a dry run in a container. The source of this file is sent there.

It runs with the Python of the image, and uses the Prefect or else the Syntask that is installed there, like a
worker's run in that image. Therefore it imports none of our modules at the top.

Input: a line of JSON with `environ`, `entrypoint`, `parameters` and `pull_steps`; the program exits when the
input ends. Output: a line of JSON with the keys of `worker.protocol.Report`. All other output goes to
standard error.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import json
import os
import sys
import threading
import traceback
from typing import Any

# Blocks and variables are already resolved. A step that needs others must not start a server.
_NO_SERVER = "http://127.0.0.1:9/api"


class _Stage:
    """The current stage and pull step of the dry run."""

    name = "start"
    step: int | None = None


def main() -> None:
    """Do the job in the first line of the input, report, and exit."""
    job = json.loads(sys.stdin.buffer.readline())
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    threading.Thread(target=_end_with_input, daemon=True).start()
    os.environ.update(job["environ"])
    stage = _Stage()
    try:
        _try(job, stage)
        report: dict[str, Any] = {"kind": "ready"}
    except BaseException as error:  # noqa: BLE001  (any exception of the user's code is the result)
        traceback.print_exc()
        report = {"kind": "failed", "stage": stage.name, "step": stage.step, **_description_of(error)}
    sys.stdout.flush()
    sys.stderr.flush()
    out.write(json.dumps(report) + "\n")
    out.flush()
    os._exit(0)


def _end_with_input() -> None:
    while os.read(0, 1):
        pass
    os._exit(1)


def _description_of(error: BaseException) -> dict[str, str]:
    if type(error).__name__ == "StepExecutionError" and error.__cause__ is not None:
        error = error.__cause__
    detail = getattr(error, "detail", None)  # one of our errors
    text = (
        detail if isinstance(detail, str) else f"{type(error).__name__}: {_text_of(error)}".removesuffix(": ")
    )
    hint = getattr(error, "hint", "")
    return {"message": text, "hint": hint if isinstance(hint, str) else ""}


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException as raised:  # noqa: BLE001  (the message of an exception is created by user code)
        return f"its message raises {type(raised).__name__}"


class _NoRuntime(Exception):
    detail = "The image has neither `prefect` nor `syntask-yaml` installed, so it cannot start a run."
    hint = "Use a base image that has Prefect, or install it: `RUN pip install prefect`."


def _try(job: dict[str, Any], stage: _Stage) -> None:
    if importlib.util.find_spec("prefect") is not None:
        _with_prefect(job, stage)
    elif importlib.util.find_spec("syntask_yaml") is not None:
        _with_syntask(job, stage)
    else:
        stage.name = "image"
        raise _NoRuntime


def _with_prefect(job: dict[str, Any], stage: _Stage) -> None:
    os.environ.setdefault("PREFECT_API_URL", _NO_SERVER)
    os.environ.setdefault("PREFECT_LOGGING_TO_API_ENABLED", "false")
    steps = importlib.import_module("prefect.deployments.steps.core")
    flows = importlib.import_module("prefect.flows")
    callables = importlib.import_module("prefect.utilities.callables")
    missing = importlib.import_module("prefect.exceptions").MissingFlowError
    outputs: dict[str, Any] = {}
    stage.name = "pull"
    for index, step in enumerate(job["pull_steps"]):
        stage.step = index
        outputs = asyncio.run(steps.run_steps([step], outputs))
    stage.step = None
    if outputs.get("directory"):
        os.chdir(outputs["directory"])
    stage.name = "load"
    try:
        flow = flows.load_flow_from_entrypoint(job["entrypoint"], use_placeholder_flow=False)
    except missing:
        flow = flows.load_function_and_convert_to_flow(job["entrypoint"])
    stage.name = "parameters"
    parameters = callables.get_call_parameters(flow.fn, (), job["parameters"])
    if flow.should_validate_parameters:
        flow.validate_parameters(parameters)


def _with_syntask(job: dict[str, Any], stage: _Stage) -> None:
    call = importlib.import_module("syntask_yaml.worker.invoke_flow")
    loading = importlib.import_module("syntask_yaml.worker.load_flow")
    pull = importlib.import_module("syntask_yaml.worker.pull")
    protocol = importlib.import_module("syntask_yaml.worker.protocol")
    given = protocol.Job(run_id="check", backend="", **{key: job[key] for key in job if key != "environ"})
    stage.name = "pull"
    try:
        pull.pull(given)
    except Exception as error:
        path = getattr(getattr(error, "step", None), "path", ())
        stage.step = path[-1] if path else None
        raise
    stage.name = "load"
    function = loading.load_flow(job["entrypoint"])
    stage.name = "parameters"
    call.bind(function, job["parameters"])


if __name__ == "__main__":
    main()
