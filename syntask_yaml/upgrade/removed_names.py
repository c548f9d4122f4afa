"""What Prefect 2 had and Prefect 3 does not: to import it is an error."""

from __future__ import annotations

import re

_REMOVED = re.compile(
    r"prefect\.(?:deployments\.(?:deployments\.)?(?:Deployment|DeploymentSpec|FlowScript)$"
    r"|(?:infrastructure|orion|flow_runners|packaging)\b|filesystems\.(?:GitHub|S3|GCS|Azure)$)"
)


def is_removed(name: str) -> bool:
    """Whether Prefect 3 has nothing called *name* any more."""
    return _REMOVED.match(name) is not None
