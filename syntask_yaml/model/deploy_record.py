"""The record of a deploy: project, time, user, commit and results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

DONE, FAILED, NOT_FINISHED = "done", "failed", "not finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployRecord:
    """One deploy of *project*, with its target, by *owner*: the same, or a preview or a developer in it.

    *commit* and *branch* are None outside of git, and so is *dirty*: whether something was not
    committed. *ended* is None while it goes on, and stays None if it was killed. *summary* counts what became
    of deployments; *deployments* and *resources* say it of each that was written, by full name. It *destroys*
    where it was to delete all that the owner has.
    """

    project: str
    began: datetime
    by: str
    commit: str | None = None
    branch: str | None = None
    dirty: bool | None = None
    ended: datetime | None = None
    summary: Mapping[str, int] = field(default_factory=dict)
    deployments: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, str] = field(default_factory=dict)
    owner: str | None = None
    destroys: bool = False
    id: str = ""

    @property
    def result(self) -> str:
        """Whether it is done, failed in part, or did not come to its end."""
        if self.ended is None:
            return NOT_FINISHED
        has_failed = FAILED in (*self.deployments.values(), *self.resources.values())
        return FAILED if has_failed else DONE

    def as_json(self) -> dict[str, Any]:
        """Return the record as a backend keeps it, without its id."""
        return {
            "project": self.project,
            "owner": self.owner,
            "began": self.began.isoformat(),
            "ended": self.ended and self.ended.isoformat(),
            "by": self.by,
            "commit": self.commit,
            "branch": self.branch,
            "dirty": self.dirty,
            "summary": dict(self.summary),
            "deployments": dict(self.deployments),
            "resources": dict(self.resources),
            **({"destroys": True} if self.destroys else {}),
        }

    @classmethod
    def from_json(cls, id: str, content: Any) -> DeployRecord | None:
        """Return the record of that *id*; None if *content* is not what `as_json` returns."""
        try:
            times = {
                "began": datetime.fromisoformat(content["began"]),
                "ended": content["ended"] and datetime.fromisoformat(content["ended"]),
            }
            record = cls(id=id, **{**content, **times})
            counts = (record.summary, record.deployments, record.resources)
            is_whole = record.began.tzinfo is not None and all(isinstance(each, dict) for each in counts)
        except (LookupError, TypeError, ValueError):
            return None
        return record if is_whole else None
