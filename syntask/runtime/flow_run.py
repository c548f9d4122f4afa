"""Attributes of the current flow run: `syntask.runtime.flow_run.name`."""

from typing import Any


def __getattr__(name: str) -> Any:
    import os

    if name.startswith("__"):
        raise AttributeError(name)
    if os.environ.get("PREFECT__FLOW_RUN_ID"):
        from prefect.runtime import flow_run

        return getattr(flow_run, name)
    from syntask._runs.runtime import fact

    return fact("flow_run", name)


def __dir__() -> list[str]:
    from syntask._runs.runtime import names

    return names("flow_run")
