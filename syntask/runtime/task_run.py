"""Attributes of the current task run: `syntask.runtime.task_run.name`."""

from typing import Any


def __getattr__(name: str) -> Any:
    import os

    if name.startswith("__"):
        raise AttributeError(name)
    if os.environ.get("PREFECT__FLOW_RUN_ID"):
        from prefect.runtime import task_run

        return getattr(task_run, name)
    from syntask._runs.runtime import fact

    return fact("task_run", name)


def __dir__() -> list[str]:
    from syntask._runs.runtime import names

    return names("task_run")
