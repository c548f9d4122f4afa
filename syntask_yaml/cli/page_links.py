"""Links to created objects, in our web UI or the server's."""

from __future__ import annotations

import fcntl
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

from syntask_yaml.files import lock_for_life
from syntask_yaml.model.server_pages import page_of_deployment, page_of_run, pages_of


def note_pages(home: Path, backend: str, url: str) -> None:
    """Record that this process serves the web UI of *backend* at *url*, until it ends."""
    note = _note(home, backend)
    with suppress(OSError):  # the web UI works without this record
        if lock_for_life(note):
            note.write_text(url, encoding="utf-8")


def link_to_run(home: Path, backend: str, id: str) -> str | None:
    """Return the URL of the run *id*; None without a UI."""
    own = _own_pages(home, backend)
    return f"{own}runs/{id}" if own else page_of_run(backend, id)


def link_to_deployments(
    home: Path, backend: str, deployments: Sequence[tuple[str, str | None]]
) -> str | None:
    """Return the URL of the only one of *deployments*, each a name and an id, or of all deployments."""
    own = _own_pages(home, backend)
    if len(deployments) == 1:
        ((name, known),) = deployments
        return f"{own}deployment?{urlencode({'name': name})}" if own else page_of_deployment(backend, known)
    pages = own or (pages_of(backend) and f"{pages_of(backend)}/")
    return f"{pages}deployments" if pages else None


def _note(home: Path, backend: str) -> Path:
    return home / f"pages-{sha256(backend.encode()).hexdigest()[:16]}"


def _own_pages(home: Path, backend: str) -> str:
    """Return the URL of the web UI on this machine; empty if none runs: its process holds a lock."""
    try:
        with _note(home, backend).open(encoding="utf-8") as note:
            try:
                fcntl.flock(note, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return note.read()
    except OSError:
        pass
    return ""
