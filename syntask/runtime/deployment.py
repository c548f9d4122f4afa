"""Attributes of the deployment of the current flow run: `syntask.runtime.deployment.name`."""

from typing import Any


def __getattr__(name: str) -> Any:
    import os

    if name.startswith("__"):
        raise AttributeError(name)
    if os.environ.get("PREFECT__FLOW_RUN_ID"):
        from prefect.runtime import deployment

        return getattr(deployment, name)
    from syntask._runs.runtime import fact

    return fact("deployment", name)


def __dir__() -> list[str]:
    from syntask._runs.runtime import names

    return names("deployment")
