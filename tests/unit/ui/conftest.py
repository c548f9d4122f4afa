"""A store that somebody hostile has filled, and its pages."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from syntask_yaml.backend.embedded import EmbeddedBackend
from tests.support.hostile_store import NOW, fill
from tests.support.pages import served


@pytest.fixture(name="backend", scope="module")
def _backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedBackend]:
    backend = EmbeddedBackend.open(tmp_path_factory.mktemp("store") / "syntask.db", clock=lambda: NOW)
    fill(backend, lines=4_500)
    yield backend
    backend.close()


@pytest.fixture(name="pages", scope="module")
def _pages(backend: EmbeddedBackend) -> Iterator[httpx.Client]:
    with served(backend, clock=lambda: NOW) as client:
        yield client
