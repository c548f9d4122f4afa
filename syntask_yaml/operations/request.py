"""The request of a plan or deploy, which a saved plan stores."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from syntask_yaml.operations.overrides import Overrides
from syntask_yaml.operations.selection import Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request for a plan or deploy: the selection, the overrides, and the options.

    *ref* is the commit, branch or tag of the project; None: the working tree.
    """

    selection: Selection
    overrides: Overrides = field(default_factory=Overrides)
    prune: bool = False
    keep_going: bool = False
    take_over: bool = False
    ref: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the request as a saved plan stores it."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: object) -> Request:
        """Return the request of a saved plan. Raises ValueError for a document that is not one."""
        from pydantic import TypeAdapter  # only saved plans need it

        text = json.dumps(document)
        request = TypeAdapter(cls).validate_json(text)
        if json.dumps(request.as_json(), sort_keys=True) != json.dumps(document, sort_keys=True):
            raise ValueError("The request has unexpected keys or types.")
        return request
