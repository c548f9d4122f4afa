"""Open the backend that a call of the API asks for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

from syntask_yaml.backend.base import Backend
from syntask_yaml.backend.connect import connect
from syntask_yaml.settings import read_settings

# An open one, a URL, or None for the one that the environment chooses.
AnyBackend: TypeAlias = Backend | str | None


@contextmanager
def open_backend(url: str | None = None) -> Iterator[Backend]:
    """Open the backend at *url*, or the one that the environment chooses, and close it at the end."""
    settings = read_settings(os.environ, backend=url)
    backend = connect(settings.backend, store=settings.store, environ=os.environ)
    try:
        yield backend
    finally:
        backend.close()


@contextmanager
def opened(backend: AnyBackend) -> Iterator[Backend]:
    """The backend that an argument means, open for a while; one that is open already stays so."""
    if backend is None or isinstance(backend, str):
        with open_backend(backend) as found:
            yield found
    else:
        yield backend
