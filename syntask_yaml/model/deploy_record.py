"""The record of a deploy: project, time, user, commit and results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

DONE, FAILED, NOT_FINISHED = "done", "failed", "not finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployRecord:
    """A deploy of *project*, which includes the target, for *owner*: the project, a preview or a developer.

    *commit*, *branch* and *dirty*, whether there were uncommitted changes, are None outside git. *ended* is
    None during the deploy and after a kill. *summary* counts results of deployments; *deployments* and
    *resources* are the results of those that were written, by full name. *destroys*: the deploy was a
    `destroy`, which deletes everything of the owner.
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
        """The result: done, failed, or not finished."""
        if self.ended is None:
            return NOT_FINISHED
        has_failed = FAILED in (*self.deployments.values(), *self.resources.values())
        return FAILED if has_failed else DONE

    def as_json(self) -> dict[str, Any]:
        """Return the record as a backend stores it, without its id."""
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
        """Return the record from the result of `as_json`; None for other content."""
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
