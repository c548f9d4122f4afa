"""Every question has an option, and every option is there."""

from __future__ import annotations

import pytest

from syntask_yaml.cli.commands.deploy import command as deploy
from syntask_yaml.cli.commands.deployment_add import command as add
from syntask_yaml.wizard.options import OWN, SHARED, option_for


def _flags(option: str) -> set[str]:
    """The flags that the name of an option holds, such as `--active/--paused`."""
    words = option.replace(",", " ").replace("/", " ").split()
    return {word for word in words if word.startswith("-")}


@pytest.mark.parametrize("key", [*SHARED, *OWN])
def test_the_option_of_a_question_can_be_typed(key: str) -> None:
    """As the message names it."""
    command = deploy if key == "deployment" else add
    known = {flag for each in command.params for flag in (*each.opts, *each.secondary_opts)}

    assert _flags(option_for(key)) <= known
    assert _flags(option_for(key)) or "entrypoint" in known
