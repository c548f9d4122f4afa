"""Declare built-in steps with `@step`, beside their functions.

`make docs` collects the declarations into `model/builtin.json`, from which every command knows the steps
without importing one, and into the JSON Schema and the pages; see `docs/step_schema.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeAlias, TypeVar

from syntask_yaml.model.builtin import Builtin
from syntask_yaml.steps.base import StepFunction

if TYPE_CHECKING:
    from syntask_yaml.steps.forecast import Forecaster

F = TypeVar("F", bound=StepFunction)

# A string that a project file can only give as a template, because it is secret.
FromTemplate: TypeAlias = Annotated[str, "from a template"]


@dataclass(frozen=True, slots=True)
class DeclaredStep:
    """A built-in step: its metadata, and the function that runs it."""

    builtin: Builtin
    run: StepFunction


# The steps of all imported modules, by name.
DECLARED: dict[str, DeclaredStep] = {}


def step(
    name: str,
    *,
    outputs: tuple[str, ...],
    package: str = "",
    aliases: tuple[str, ...] = (),
    needs: str = "",
    extra: str = "",
    on_stock_workers: bool = False,
    forecast: Forecaster | None = None,
) -> Callable[[F], F]:
    """Declare that the function below is the built-in step *name*; the function stays as it is.

    Its inputs are the parameters of the function: their types come from the annotations, their
    descriptions from `Args:` in the docstring, where `Example: `VALUE`.` ends each.

    Args:
        name: The step's name, which its full name ends with.
        outputs: The names of its outputs.
        package: The package that its full name begins with, without `syntask_`; empty for `syntask`.
        aliases: Names that the step had before.
        needs: The program that has to be installed.
        extra: The extra of this package that has to be installed.
        on_stock_workers: Whether Prefect, or its package of that name, has the step too.
        forecast: Predicts the result of the step; its module can be imported without the extra.
    """

    def declare(function: F) -> F:
        forecast_home = _home(forecast) if forecast is not None else ""
        home = _home(function)
        builtin = Builtin(
            name, outputs, package, home, aliases, needs, extra, on_stock_workers, forecast_home
        )
        DECLARED[name] = DeclaredStep(builtin, function)
        return function

    return declare


def _home(function: Callable[..., object]) -> str:
    return f"{function.__module__}:{function.__name__}"
