"""The global options, the directory and the environment of a command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from syntask_yaml.backend.base import Backend
    from syntask_yaml.operations.project import ProjectLocation
    from syntask_yaml.project.load import Project
    from syntask_yaml.settings import Settings


class Context(NamedTuple):
    """The global options, the current directory and the environment."""

    directory: Path
    environ: Mapping[str, str]
    file: Path | None = None
    backend_url: str | None = None
    verbosity: int = 0
    may_prompt: bool = True
    target: str | None = None

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
        target: str | None = None,
    ) -> Context:
        """Return the context of the global options as typed; *directory* is the working directory."""
        here = (Path.cwd() / directory).resolve() if directory else Path.cwd()
        return cls(here, environ, file, backend_url, verbosity, may_prompt, target)

    def moved_to(self, directory: Path) -> Context:
        """Return the context for *directory*, which may be relative to the current one."""
        return self._replace(directory=(self.directory / directory).resolve())

    @property
    def settings(self) -> Settings:
        from syntask_yaml.settings import read_settings

        return read_settings(self.environ, backend=self.backend_url)

    def _settings_of(self, project: Project | None) -> Settings:
        """Return the settings with the backend of the target, unless another one was named."""
        from syntask_yaml.settings import read_settings

        if self.backend_url is not None:
            return self.settings
        project = project or self._project_around()
        if project is None:
            return self.settings
        from syntask_yaml.operations.targets import backend_of

        return read_settings(self.environ, backend=backend_of(project, self.environ))

    def _project_around(self) -> Project | None:
        """Return the project in the named target, or in its default one. Without targets it is not read."""
        from syntask_yaml.project.locate import may_have_targets

        if self.target is None and not may_have_targets(self.directory, self.file):
            return None
        from syntask_yaml.operations.project import default_project, open_project

        location = self.location()
        return default_project(location) if self.target is None else open_project(location)

    def location(self, *, strict: bool = False) -> ProjectLocation:
        from syntask_yaml.operations.project import ProjectLocation

        return ProjectLocation(directory=self.directory, file=self.file, strict=strict, target=self.target)

    @contextmanager
    def backend(self, *, creates: bool = True, project: Project | None = None) -> Iterator[Backend]:
        """Open the backend that the options, the target and the environment select, and close it at the end.

        The target is that of *project*, else the named one, else the default one of the current project.
        Without *creates*, a missing store is an empty one in memory, for commands that only read or change
        existing objects.
        """
        from syntask_yaml.backend.connect import connect

        settings = self._settings_of(project)
        backend = connect(settings.backend, store=settings.store, environ=self.environ, creates=creates)
        if not creates and self.verbosity >= 0:
            _note_missing(settings, is_usual=project is not None)
        if self.verbosity < 0 and not backend.features.has_own_worker:
            _mute_waiting()
        with closing(backend):
            yield backend


def _mute_waiting() -> None:
    """Suppress the notes about a slow server: a failure is reported as an error."""
    import logging

    logging.getLogger("syntask.backend").setLevel(logging.ERROR)


def _note_missing(settings: Settings, *, is_usual: bool) -> None:
    """Note that the store does not exist: its name may be misspelled, or it may belong to another user.

    *is_usual*: a missing store is expected before the first deploy of a project, unless it was named.
    """
    from syntask_yaml.backend.connect import store_path
    from syntask_yaml.cli.views.output import say

    path = store_path(settings.backend or "embedded:", settings.store)
    is_expected = settings.backend is not None or not is_usual
    if is_expected and path is not None and not path.exists():
        say(f"note: The store `{path}` does not exist yet. `syntask deploy` creates it.")


pass_context = click.make_pass_decorator(Context)
