"""A flow, as reading its source describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What an entrypoint names.

    *version* is the one that the decorator gives; *source_digest* the MD5 of the file, which Prefect
    takes for want of one. *parameter_schema* is the one to deploy, None if it could not be known; *notes*
    say why. *value_schema* is the one to check values with: it tells more types apart, and holds what is
    known of the parameters all the same.
    """

    entrypoint: str
    name: str
    function: str
    file: Path | None
    line: int
    description: str | None = None
    version: str | None = None
    source_digest: str | None = None
    is_decorated: bool = True
    parameter_schema: Mapping[str, Any] | None = None
    value_schema: Mapping[str, Any] | None = None
    notes: tuple[str, ...] = ()
