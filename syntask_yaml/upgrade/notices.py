"""Messages about commands, images and charts that have no replacement."""

from __future__ import annotations

from collections.abc import Mapping

# By finding: the code, the detail, and the hint.
NOTICES: Mapping[str, tuple[str, str, str]] = {
    "image-of-prefect-2": (
        "image-of-prefect-2",
        "The image contains Prefect 2.",
        "Use an image of Prefect 3 and rebuild images based on it.",
    ),
    "installs-prefect-2": (
        "installs-prefect-2",
        "The command installs Prefect 2.",
        "Workers of a Prefect 3 server need `prefect>=3`. The embedded backend needs `syntask-yaml`.",
    ),
    "helm-agent": (
        "helm-agent",
        "The chart starts an agent.",
        "Use the chart `prefect/prefect-worker` with the name of the work pool.",
    ),
}
