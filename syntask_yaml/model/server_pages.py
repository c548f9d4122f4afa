"""The URLs of objects in the UI of a Prefect server or Prefect Cloud."""

from __future__ import annotations

import re
from urllib.parse import quote

_CLOUD = re.compile(r"https://api\.prefect\.cloud/api/accounts/([^/]+)/workspaces/([^/]+)")


def pages_of(api: str) -> str | None:
    """Return the URL of the UI of the server with the API at *api*; None for a backend without one."""
    if not api.startswith(("http://", "https://")):
        return None
    if found := _CLOUD.fullmatch(api.rstrip("/")):
        return f"https://app.prefect.cloud/account/{found[1]}/workspace/{found[2]}"
    return api.rstrip("/").removesuffix("/api")


def page_of_deployment(api: str, id: str | None) -> str | None:
    """Return the URL of the page of the deployment with *id*; None if there is none."""
    pages = pages_of(api)
    return f"{pages}/deployments/deployment/{quote(id, safe='')}" if pages and id else None


def page_of_run(api: str, id: str) -> str | None:
    """Return the URL of the page of the run with *id*; None if there is none."""
    pages = pages_of(api)
    return f"{pages}/runs/flow-run/{quote(id, safe='')}" if pages else None
