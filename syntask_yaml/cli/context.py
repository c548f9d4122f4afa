"""What every command is given: where it is called, and how it may speak."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from syntask_yaml.backend.base import Backend
    from syntask_yaml.operations.project import ProjectPlace
    from syntask_yaml.settings import Settings


@dataclass(frozen=True)
class Context:
    """The global options, the current directory and the environment."""

    directory: Path
    environ: Mapping[str, str]
    file: Path | None = None
    backend_url: str | None = None
    verbosity: int = 0
    may_prompt: bool = True

    @classmethod
    def of_options(
        cls,
        environ: Mapping[str, str],
        *,
        directory: Path | None = None,
        file: Path | None = None,
        backend_url: str | None = None,
        verbosity: int = 0,
        may_prompt: bool = False,
    ) -> Context:
        """Return the context for global options as they are typed; *directory* is where to work."""
        here = (Path.cwd() / directory).resolve() if directory else Path.cwd()
        return cls(here, environ, file, backend_url, verbosity, may_prompt)

    @property
    def settings(self) -> Settings:
        from syntask_yaml.settings import read_settings

        return read_settings(self.environ, backend=self.backend_url)

    def place(self, *, strict: bool = False) -> ProjectPlace:
        from syntask_yaml.operations.project import ProjectPlace

        return ProjectPlace(directory=self.directory, file=self.file, strict=strict)

    @contextmanager
    def backend(self, *, is_read_only: bool = False) -> Iterator[Backend]:
        """Open the backend that the options and the environment choose, for a while.

        With *is_read_only*, a store that does not exist is not created: it is an empty one in memory.
        """
        from syntask_yaml.backend.connect import connect

        settings = self.settings
        backend = connect(
            settings.backend, store=settings.store, environ=self.environ, creates=not is_read_only
        )
        if is_read_only and self.verbosity >= 0:
            _note_missing(settings)
        try:
            yield backend
        finally:
            backend.close()


def _note_missing(settings: Settings) -> None:
    """Say that a store that was named does not exist: its name may be misspelt."""
    from syntask_yaml.backend.connect import store_path
    from syntask_yaml.cli.views.output import say

    path = store_path(settings.backend, settings.store) if settings.backend is not None else None
    if path is not None and not path.exists():
        say(f"note: The store `{path}` does not exist yet. `syntask deploy` creates it.")


pass_context = click.make_pass_decorator(Context)
