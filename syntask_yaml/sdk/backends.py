"""The backend that flow code means."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, closing
from functools import cache

from syntask_yaml.backend.base import Backend, OwnBackend, is_own
from syntask_yaml.backend.connect import connect
from syntask_yaml.errors import BackendRefused
from syntask_yaml.settings import read_settings
from syntask_yaml.worker.protocol import RUN_ID


def open_backend() -> AbstractContextManager[Backend]:
    """Open the backend of the environment, and close it at the end. Raises BackendRefused in a container."""
    return closing(_connected())


@cache
def own_backend_of(_process: int) -> OwnBackend:
    """Return the store, opened once in each process: one that was forked must not use that of its parent.

    Raises BackendRefused where the environment names a server, and in a container.
    """
    backend = _connected()
    if not is_own(backend):
        backend.close()
        raise BackendRefused(
            f"Slots of {backend.url} are taken by runs of its workers, and not by this process.",
            hint="Run the flow under a worker, or unset PREFECT_API_URL to use the embedded backend.",
        )
    return backend


def _connected() -> Backend:
    if RUN_ID in os.environ and "SYNTASK_BACKEND" not in os.environ:
        raise BackendRefused(
            "The run is in a container, from where the store of its worker cannot be reached.",
            hint="Pass values as parameters or job variables, or use a work pool of type `process`.",
        )
    settings = read_settings(os.environ)
    return connect(settings.backend, store=settings.store, environ=os.environ)
