"""How many inputs the tests with generated ones try: SYNTASK_INPUTS in all, two thousand by default."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

_ALL = int(os.environ.get("SYNTASK_INPUTS", "2000"))


def seeds(share: float) -> range:
    """The seeds of a *share* of the inputs."""
    return range(round(_ALL * share))


@contextmanager
def seeded(what: str, seed: int) -> Iterator[Random]:
    """A source of chance. What is raised meanwhile says the seed."""
    try:
        yield Random(f"{what} {seed}")
    except BaseException as error:
        error.add_note(f"{what}, seed {seed}")
        raise
