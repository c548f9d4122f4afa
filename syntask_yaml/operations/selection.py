"""The selection of deployments from the command line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The selection: *names* and globs, or *all*, or one *entrypoint*.

    *select* and *exclude* are words of `Filters`. *changed_since* is a commit, branch or tag: select only
    deployments that differ from it.
    """

    names: tuple[str, ...] = ()
    all: bool = False
    entrypoint: str | None = None
    select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    changed_since: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the project as a whole is selected, without filters."""
        return self.entrypoint is None and not self.narrows

    @property
    def narrows(self) -> bool:
        """Whether the selection excludes some of the declarations."""
        return bool(self.names) or self.has_filters

    @property
    def has_filters(self) -> bool:
        """Whether there are filters other than names."""
        return bool(self.select or self.exclude) or self.changed_since is not None

    @property
    def is_given(self) -> bool:
        """Whether anything was selected explicitly."""
        return self.all or not self.is_whole
