"""Names of Prefect 2 that Prefect 3 removed, so that their import fails."""

from __future__ import annotations

import re

_REMOVED = re.compile(
    r"prefect\.(?:deployments\.(?:deployments\.)?(?:Deployment|DeploymentSpec|FlowScript)$"
    r"|(?:infrastructure|orion|flow_runners|packaging)\b|filesystems\.(?:GitHub|S3|GCS|Azure)$)"
)


def is_removed(name: str) -> bool:
    """Return whether Prefect 3 removed *name*."""
    return _REMOVED.match(name) is not None
