"""Open the backend that a call of the API asks for."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, closing, nullcontext
from typing import TypeAlias

from syntask_yaml.backend.base import Backend
from syntask_yaml.backend.connect import connect
from syntask_yaml.settings import read_settings

# An open backend, a URL, or None for the one that the environment selects.
AnyBackend: TypeAlias = Backend | str | None


def open_backend(url: str | None = None) -> AbstractContextManager[Backend]:
    """Open the backend at *url*, or the one that the environment chooses, and close it at the end."""
    settings = read_settings(os.environ, backend=url)
    return closing(connect(settings.backend, store=settings.store, environ=os.environ))


def opened(backend: AnyBackend) -> AbstractContextManager[Backend]:
    """Yield the backend of an argument. One that is already open is not closed."""
    return open_backend(backend) if backend is None or isinstance(backend, str) else nullcontext(backend)
