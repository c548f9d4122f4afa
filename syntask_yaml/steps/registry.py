"""Find the function of a step by name."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from importlib import import_module, invalidate_caches
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from syntask_yaml.diagnostics import did_you_mean
from syntask_yaml.errors import NotFound
from syntask_yaml.model.builtin import BUILTINS, Builtin, builtin_of, claims_to_be_builtin, why_no_builtin
from syntask_yaml.pysource.entrypoint import InvalidEntrypoint, parse_entrypoint
from syntask_yaml.pysource.load import run_file
from syntask_yaml.steps.base import StepFunction
from syntask_yaml.steps.forecast import Forecaster

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

ENTRY_POINTS = "syntask.steps"


class StepDefinition(NamedTuple):
    """The function *attribute* of *module*, which is a dotted name or the path of a `.py` file."""

    name: str
    module: str
    attribute: str
    builtin: Builtin | None = None

    @property
    def is_file(self) -> bool:
        return self.module.endswith(".py")

    def load(self, directory: Path) -> StepFunction:
        """Import the function; modules beside the project are found in *directory*.

        Raises NotFound if the module or function does not exist, and any exception of the user's module.
        """
        if self.builtin is not None:
            return self._load_builtin(self.builtin)
        with _first_on_path(directory):
            module = _from_file(directory / self.module) if self.is_file else self._import()
        return self._function_of(module)

    def _load_builtin(self, builtin: Builtin) -> StepFunction:
        try:
            return self._function_of(import_module(self.module))
        except ImportError as error:
            reason = str(error).splitlines()[0].rstrip(".")
            detail = f"The step `{builtin.name}` cannot be used here: {reason}."
            raise NotFound(detail, hint=_remedy(builtin)) from error

    def _import(self) -> Any:
        try:
            return import_module(self.module)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{self.module}.".startswith(f"{error.name}."):
                raise  # it is there, and imports something that is not
            raise NotFound(
                f"The module `{error.name}` of the step `{self.name}` does not exist.",
                hint="Install the package, add it to `requires`, or fix the name.",
            ) from error

    def _function_of(self, module: Any) -> StepFunction:
        found = module
        for part in self.attribute.split("."):
            if not hasattr(found, part):
                hint = did_you_mean(part, [name for name in vars(found) if not name.startswith("_")])
                raise NotFound(f"`{self.module}` has no function `{self.attribute}`.", hint=hint)
            found = getattr(found, part)
        if not callable(found):
            raise NotFound(f"`{self.attribute}` of `{self.module}` is not a function.")
        function: StepFunction = found
        return function


def find_forecast(name: str) -> Forecaster | None:
    """Return the function that predicts the result of the step *name*; None if it has none."""
    builtin = builtin_of(name)
    if builtin is None or not builtin.forecast:
        return None
    module, _, function = builtin.forecast.partition(":")
    forecast: Forecaster = getattr(import_module(module), function)
    return forecast


def _remedy(builtin: Builtin) -> str:
    """Return the hint for a built-in step whose module cannot be imported."""
    if builtin.extra:
        return f"Run `pip install 'syntask-yaml[{builtin.extra}]'` to install what the step requires."
    return f"Install {builtin.needs}." if builtin.needs else ""


@lru_cache(maxsize=4096)
def find_step(name: str) -> StepDefinition:
    """Return the definition for *name*, without importing its module.

    A name is that of a built-in step in any spelling, of an entry point of the group `syntask.steps`,
    or of a function as `package.module.function`, `package.module:function` or `file.py:function`.
    Raises NotFound for a name of no such form, and for a built-in step that there is not.
    """
    builtin = builtin_of(name)
    if builtin is not None:
        module, _, function = builtin.home.partition(":")
        return StepDefinition(name, module, function, builtin)
    if claims_to_be_builtin(name):
        detail, hint = why_no_builtin(name)
        raise NotFound(detail, hint=hint)
    if point := _entry_points().get(name):
        return StepDefinition(name, point.module, point.attr)
    return _by_path(name)


@lru_cache(maxsize=1)
def _entry_points() -> Mapping[str, EntryPoint]:
    from importlib import metadata  # slow to import, and built-in steps do not need it

    return {point.name: point for point in metadata.entry_points(group=ENTRY_POINTS)}


def forget_installed() -> None:
    """Discard cached information about installed packages."""
    invalidate_caches()
    _entry_points.cache_clear()
    find_step.cache_clear()


def _by_path(name: str) -> StepDefinition:
    try:
        entrypoint = parse_entrypoint(name)
    except InvalidEntrypoint:
        otherwise = "Write a step as `package.module.function`."
        hint = did_you_mean(name, [*BUILTINS, *_entry_points()], otherwise=otherwise)
        raise NotFound(f"`{name}` is not a step.", hint=hint) from None
    return StepDefinition(name, entrypoint.path or entrypoint.module or "", entrypoint.function)


@contextmanager
def _first_on_path(directory: Path) -> Iterator[None]:
    sys.path.insert(0, str(directory))
    try:
        yield
    finally:
        with suppress(ValueError):
            sys.path.remove(str(directory))


def _from_file(path: Path) -> Any:
    if not path.is_file():
        raise NotFound(f"The file `{path}` of a step does not exist.")
    # Not under its own name, which may be the name of another module.
    return run_file(f"syntask_step_{path.stem}", str(path))
