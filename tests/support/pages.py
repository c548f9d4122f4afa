"""Pages that are really served, on a free port of this machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from syntask_yaml.backend.base import Backend
from syntask_yaml.backend.clock import Clock, utc_now
from syntask_yaml.ui.app import make_app
from syntask_yaml.ui.gate import Gate
from syntask_yaml.ui.server import listen, serving
from syntask_yaml.ui.session import Sessions
from syntask_yaml.ui.site import CurrentProject, Site

_TOKEN = re.compile(r'name="token" value="([0-9a-f]+)"')


@contextmanager
def served(
    backend: Backend,
    *,
    clock: Clock = utc_now,
    is_read_only: bool = False,
    token: str | None = None,
    project: CurrentProject | None = None,
) -> Iterator[httpx.Client]:
    """Serve the pages of *backend* meanwhile; yield a client with a cookie jar, as a browser has one."""
    site = Site(backend, clock, is_read_only, project)
    app = make_app(site, Sessions(token), Gate.of((), is_read_only=is_read_only))
    with listen("127.0.0.1", 0) as listener, serving(app, listener):
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
            yield client


def form_token(page: str) -> str:
    """Return the token of the forms of a page."""
    found = _TOKEN.search(page)
    assert found is not None, page
    return found[1]
