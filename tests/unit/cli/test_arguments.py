"""Options that a command gets as one value."""

from __future__ import annotations

from dataclasses import dataclass

import click
import pytest
from click.testing import CliRunner

from syntask_yaml.cli.arguments import collected, key_values, parameters_of
from syntask_yaml.cli.commands import work_queue
from syntask_yaml.cli.main import cli, name_variables
from syntask_yaml.errors import UsageError


@dataclass(frozen=True)
class Greeting:
    name: str
    times: int


_OPTIONS = (
    click.option("--name", default="world", help="Who is greeted."),
    click.option("--times", type=int, default=1, help="How often."),
)


@click.command("greet")
@collected("greeting", Greeting, _OPTIONS)
@click.option("--loud", is_flag=True, help="Whether it is shouted.")
def greet(*, greeting: Greeting, loud: bool) -> None:
    """Greet somebody."""
    text = f"hello {greeting.name}" + "!" * greeting.times
    click.echo(text.upper() if loud else text)


def test_options_are_collected_in_one_value() -> None:
    """Beside those that are not, in the order in which they are declared, with the help of the command."""
    done = CliRunner().invoke(greet, ["--times", "2", "--loud"])
    shown = CliRunner().invoke(greet, ["--help"])

    assert done.output == "HELLO WORLD!!\n"
    assert "Greet somebody." in shown.output
    assert [each.name for each in greet.params] == ["name", "times", "loud"]


def test_collected_options_have_variables() -> None:
    name_variables(greet, "SYNTASK_GREET")

    done = CliRunner().invoke(greet, [], env={"SYNTASK_GREET_NAME": "moon"})

    assert done.output == "hello moon!\n"


@pytest.mark.parametrize(
    ("pairs", "text", "expected"),
    [
        (("a=1", "b=x", "c=[1]"), None, {"a": 1, "b": "x", "c": [1]}),
        ((), '{"a": 1}', {"a": 1}),
        ((), None, {}),
    ],
)
def test_parameters_are_pairs_or_one_mapping(
    pairs: tuple[str, ...], text: str | None, expected: dict[str, object]
) -> None:
    assert parameters_of(pairs, text) == expected


@pytest.mark.parametrize(("pairs", "text"), [(("a=1",), '{"a": 1}'), (("a",), None), ((), "[1]"), ((), "{")])
def test_other_parameters_are_rejected(pairs: tuple[str, ...], text: str | None) -> None:
    with pytest.raises(UsageError):
        parameters_of(pairs, text)


def test_what_json_cannot_say_is_a_text() -> None:
    """Nor has it a list of that; in JSON that is passed as such, it is refused."""
    assert key_values(["a=12e4567", "b=NaN", "c=1e3"], "--param") == {"a": "12e4567", "b": "NaN", "c": 1000.0}
    assert key_values(["a=[1, -1e999]", 'b={"c": Infinity}'], "--param") == {
        "a": "[1, -1e999]",
        "b": '{"c": Infinity}',
    }
    with pytest.raises(UsageError, match="`12e4567` is not a number that JSON has"):
        parameters_of((), '{"a": 12e4567}')


def test_values_can_be_texts_whatever_they_look_like() -> None:
    assert key_values(["a=1", "b=x=y"], "--env", is_text=True) == {"a": "1", "b": "x=y"}


@pytest.mark.parametrize("option", ["--priority", "--concurrency-limit"])
def test_a_number_that_no_backend_can_store_is_rejected(option: str) -> None:
    done = CliRunner().invoke(work_queue.command, ["create", "q", option, str(2**31)], **cli.context_settings)

    assert "is larger than 2147483647" in done.output


@pytest.mark.parametrize("second", ["a=2", "a=1", "a="])
def test_a_key_that_is_given_twice_is_refused(second: str) -> None:
    with pytest.raises(UsageError) as raised:
        key_values(["a=1", "b=1", second], "--param")
    assert raised.value.detail == "`--param` gives `a` twice."
