"""The arguments of what Prefect has under our names, as JSON; also run by the Python of another version."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from typing import Any

from prefect import deployments, docker, flows, schedules
from prefect.runner import storage

NAMES: dict[str, Callable[..., Any]] = {
    "Flow.deploy": flows.Flow.deploy,
    "Flow.serve": flows.Flow.serve,
    "Flow.to_deployment": flows.Flow.to_deployment,
    "Flow.from_source": flows.Flow.from_source,
    "deploy": deployments.deploy,
    "serve": flows.serve,
    "Schedule": schedules.Schedule,
    "Cron": schedules.Cron,
    "Interval": schedules.Interval,
    "RRule": schedules.RRule,
    "DockerImage": docker.DockerImage,
    "GitRepository": storage.GitRepository,
}


def arguments(function: Callable[..., Any]) -> dict[str, list[str]]:
    """Kind and default by name; members of enumerations as their values."""
    return {
        name: [each.kind.name, repr(getattr(each.default, "value", each.default))]
        for name, each in inspect.signature(function).parameters.items()
    }


if __name__ == "__main__":
    print(json.dumps({name: arguments(function) for name, function in NAMES.items()}))
