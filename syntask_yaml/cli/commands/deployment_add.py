"""`syntask deployment add`: a new entry in the project file, by answers or by options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from syntask_yaml.cli.arguments import collected, key_values
from syntask_yaml.cli.context import Context, pass_context
from syntask_yaml.cli.override_options import OVERRIDE_OPTIONS, overrides_of
from syntask_yaml.operations.overrides import Overrides
from syntask_yaml.wizard.options import OWN

if TYPE_CHECKING:
    from syntask_yaml.wizard.questions import Answer

# Answers that are not one option for one question.
_APART = ("environment", "token", "save")
# The questions without an option of `deploy`, by the names of their options here.
_KEYS = {key.replace(" ", "_"): key for key in OWN if key not in _APART}


def _option(name: str, key: str) -> Any:
    option = OWN[key]
    more: dict[str, Any] = {"metavar": option.metavar} if option.metavar else {"default": None}
    return click.option(option.flag, name, help=option.about, **more)


def _answers_of(**values: Answer | None) -> dict[str, Answer | None]:
    return {_KEYS[name]: value for name, value in values.items()}


@click.command("add")
@click.argument("entrypoint", required=False)
@click.option("-n", "--name", help="Name of the deployment.")
@collected("overrides", overrides_of, OVERRIDE_OPTIONS)
@collected("answers", _answers_of, [_option(name, key) for name, key in _KEYS.items()])
@click.option(
    OWN["environment"].flag,
    "environment",
    multiple=True,
    metavar=OWN["environment"].metavar,
    help=OWN["environment"].about,
)
@click.option("-y", OWN["save"].flag, "is_saved", is_flag=True, help=OWN["save"].about)
@pass_context
def command(
    context: Context,
    /,
    *,
    entrypoint: str | None,
    name: str | None,
    environment: tuple[str, ...],
    is_saved: bool,
    answers: Mapping[str, Answer | None],
    overrides: Overrides,
) -> int:
    """Add a deployment to the project file without deploying it.

    Values that no option gives are asked for in a terminal. Otherwise defaults are used, and missing values
    are reported.
    """
    from syntask_yaml.cli.interview import answers_to, gather, print_next_steps, save_result
    from syntask_yaml.wizard.context import GivenAnswers
    from syntask_yaml.wizard.interview import SAVE, add_deployment

    own = {"flow": entrypoint, "name": name, "save": SAVE if is_saved else None}
    given = GivenAnswers(
        answers={key: value for key, value in {**own, **answers}.items() if value is not None},
        environment=key_values(environment, "--env", is_text=True),
        overrides=overrides,
    )
    with context.backend() as backend:
        gathered = gather(context, backend, given)
        result = answers_to(context, lambda: add_deployment(gathered, is_deployed=False))
        if not save_result(result, gathered, backend):
            return 1
    print_next_steps(result, is_deployed=False)
    return 0
