"""The arguments and return types of views: the site and the request, and the responses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from syntask_yaml.backend.base import Backend
from syntask_yaml.backend.clock import Clock
from syntask_yaml.errors import UsageError
from syntask_yaml.model.server_pages import pages_of

if TYPE_CHECKING:
    from syntask_yaml.operations.project import ProjectLocation

_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class CurrentProject:
    """The project at *location*, and the environment for its plan."""

    location: ProjectLocation
    environ: Mapping[str, str]
    default_pool: str | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """The site of one *backend*. With *is_read_only*, it cannot be changed.

    *project* is the one whose plan is shown; None if the UI was started outside a project.
    """

    backend: Backend
    clock: Clock
    is_read_only: bool = False
    project: CurrentProject | None = None

    @property
    def server_ui(self) -> str | None:
        """The URL of the backend's own UI; None if it has none."""
        return pages_of(self.backend.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """A request: the variables of its *path*, its *query*, the fields of its *form*, or its JSON *body*.

    *token* is the token for forms in the response, and *here* the path of the page in the table of pages.
    """

    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    token: str = ""
    here: str = ""

    def number(self, key: str, otherwise: int) -> int:
        """Return the query parameter *key* as an integer. Raises UsageError if it is invalid."""
        text = self.query.get(key) or str(otherwise)
        if not text.isdecimal() or len(text) > _MOST_DIGITS:
            raise UsageError(f"`{key}` must be a whole number.")
        return int(text)


@dataclass(frozen=True, slots=True)
class Page:
    """A page: a *template* with its *values*."""

    template: str
    values: Mapping[str, Any]
    status: int = 200


@dataclass(frozen=True, slots=True)
class Redirect:
    """A redirect to the page at *path*."""

    path: str


@dataclass(frozen=True, slots=True)
class JsonDocument:
    """A JSON document."""

    content: Mapping[str, Any]
    status: int = 200


@dataclass(frozen=True, slots=True)
class PlainText:
    """A plain text, for display or download."""

    text: str


Answer: TypeAlias = Page | Redirect | JsonDocument | PlainText
View: TypeAlias = Callable[[Site, PageRequest], Answer]
