"""The selection of deployments from the command line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What was asked for: *names* and globs, or *all*, or one *entrypoint*.

    *select* and *exclude* are words of `Filters`. *changed_since* is a commit, a branch or a tag: only what
    differs from it is meant.
    """

    names: tuple[str, ...] = ()
    all: bool = False
    entrypoint: str | None = None
    select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    changed_since: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the project as a whole is meant, and nothing in it."""
        return self.entrypoint is None and not self.narrows

    @property
    def narrows(self) -> bool:
        """Whether some of the declarations are meant rather than others."""
        return bool(self.names) or self.has_filters

    @property
    def has_filters(self) -> bool:
        """Whether more than names says which are meant."""
        return bool(self.select or self.exclude) or self.changed_since is not None

    @property
    def is_given(self) -> bool:
        """Whether anything was asked for."""
        return self.all or not self.is_whole
