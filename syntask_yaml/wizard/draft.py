"""The answers of an interview so far, for one deployment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from syntask_yaml.model.block import Block
from syntask_yaml.model.pool import WorkPool
from syntask_yaml.operations.exporting.defaults import reduced
from syntask_yaml.project.composition.paths import from_folder
from syntask_yaml.project.declaration import Declaration
from syntask_yaml.project.flows import Flow
from syntask_yaml.project.sections import SECTIONS
from syntask_yaml.wizard.context import Home

# The order in which a new entry is written.
_KEYS = (
    "name",
    "entrypoint",
    "description",
    "tags",
    "parameters",
    "schedules",
    "paused",
    "concurrency_limit",
    "work_pool",
    "build",
    "push",
    "pull",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The *fields* of an entry as the project file is to hold them: nothing in them is resolved.

    *declared* is the entry that they take the place of. *new_pool* and *new_blocks* are to be made on
    the backend; *later* names blocks, by type and name, that the user makes. *home* is the file where the
    entry stands, None for the first one of a project; *inherited* are the fields that it has there already.
    """

    flow: Flow
    fields: Mapping[str, Any]
    declared: Declaration | None = None
    pool: WorkPool | None = None
    new_pool: WorkPool | None = None
    new_blocks: tuple[Block, ...] = ()
    later: tuple[tuple[str, str], ...] = ()
    has_image: bool = False
    home: Home | None = None
    inherited: Mapping[str, Any] = field(default_factory=dict)

    def put(self, **fields: Any) -> Draft:
        """Return the draft with more fields; None and what is empty take a field away."""
        return replace(self, fields=_merged(self.fields, fields))

    def put_steps(self, section: str, steps: list[dict[str, Any]]) -> Draft:
        """Return the draft with a section of steps; an empty one says that there are none."""
        return replace(self, fields={**self.fields, section: steps})

    def put_job_variables(self, **variables: Any) -> Draft:
        """Return the draft with more job variables; None takes one away."""
        pool = dict(self.fields.get("work_pool") or {})
        merged = _merged(pool.pop("job_variables", None) or {}, variables)
        return self.put(work_pool={**pool, "job_variables": merged} if merged else pool)

    @property
    def job_variables(self) -> Mapping[str, Any]:
        """The job variables so far."""
        return (self.fields.get("work_pool") or {}).get("job_variables") or {}

    @property
    def name(self) -> str:
        name: str = self.fields["name"]
        return name

    @property
    def full_name(self) -> str:
        """`flow/name`."""
        return f"{self.flow.name}/{self.name}"

    def entry(self) -> dict[str, Any]:
        """Return the fields in the order in which they are written, without what the entry inherits."""
        folder = self.home.file.folder if self.home else PurePosixPath()
        fields = from_folder(_own(self.fields, self.inherited), folder)
        known = [key for key in _KEYS if key in fields]
        others = [key for key in fields if key not in _KEYS]
        return {key: fields[key] for key in (*known, *others)}


def _own(fields: Mapping[str, Any], inherited: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an entry says itself to come to *fields*; null takes away what it would inherit."""
    sections = {
        key: value for key, value in fields.items() if key in SECTIONS and value != inherited.get(key)
    }
    gone = {key: None for key in SECTIONS if key in inherited and key not in fields}
    return {**reduced(_without_sections(fields), _without_sections(inherited)), **sections, **gone}


def _without_sections(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key not in SECTIONS}


def _merged(fields: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """*fields* with *more*; what is empty in *more* takes a field away."""
    gone = {key for key, value in more.items() if _is_nothing(value)}
    return {key: value for key, value in {**fields, **more}.items() if key not in gone}


def _is_nothing(value: Any) -> bool:
    return value is None or value == "" or value in ([], {})
