"""What templates come to: values with their types, what is left, and what is wrong, by place."""

from __future__ import annotations

import os
import pwd
from typing import Any

import pytest

from syntask_yaml.model.block import Block
from syntask_yaml.model.secret import Secret
from syntask_yaml.model.value import Unknown
from syntask_yaml.template import Blocks, Scope, Unresolved, resolve

ENVIRON = {"BRANCH": "dev", "COUNT": "5", "LATE": "{{ $BRANCH }}"}
OUTPUTS = {"build": {"image": "x", "list": [1, 2]}, "image": "x", "later": Unknown("later")}
VARIABLES = {"region": "eu", "limits": {"cpu": 2}}
BLOCKS = {
    ("secret", "token"): Block("secret", "token", {"value": Secret("hush")}),
    ("json", "config"): Block("json", "config", {"value": {"a": [1]}}),
    ("github-credentials", "bot"): Block("github-credentials", "bot", {"token": Secret("hush")}),
}


def scope(**changed: Any) -> Scope:
    known = {"environ": ENVIRON, "outputs": OUTPUTS, "variables": VARIABLES, **changed}
    return Scope(**known)


def resolved(value: Any, **changed: Any) -> tuple[Any, list[Unresolved]]:
    problems: list[Unresolved] = []
    return resolve(value, scope(**changed), problems.append), problems


def value_of(text: Any, **changed: Any) -> Any:
    value, problems = resolved(text, **changed)
    assert problems == []
    return value


def lookup(type: str, name: str) -> Block | None:
    return BLOCKS.get((type, name))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ $COUNT }}", "5"),
        ("{{ $COUNT | int }}", 5),
        ("{{ $COUNT | int + 1 }}", 6),
        ("{{ $COUNT | float }}", 5.0),
        ("{{ $COUNT == '5' }}", True),
        ("{{ $MISSING | default('main') }}", "main"),
        ("{{ $MISSING | d(none) }}", None),
        ("{{ $BRANCH | default('main') }}", "dev"),
        ("{{ $BRANCH ~ '-' ~ image }}", "dev-x"),
        ("at {{ $BRANCH | upper }}", "at DEV"),
        ("{{ build.list | length }}", 2),
        ("{{ build.list }}", [1, 2]),
        ("{{ build.list[1] }}", 2),
        ("{{ ['a', 'b'] | join('-') }}", "a-b"),
        ("{{ {'a': 1} }}", {"a": 1}),
        ("{{ {'b': [1], 'a': '<&>'} | tojson }}", '{"a": "<&>", "b": [1]}'),
        ("{{ 'x' if $BRANCH == 'main' else 'y' }}", "y"),
        ("{{ syntask.variables.region }}", "eu"),
        ("{{ prefect.variables.limits }}", {"cpu": 2}),
        ("{{ prefect.variables.region | upper }}", "EU"),
        ('{{ "{{" }} stays }}', "{{ stays }}"),
        ("{{ $LATE }}", "{{ $BRANCH }}"),
        ("x {{ $LATE }}", "x {{ $BRANCH }}"),
        ("{{ $LATE | upper }}", "{{ $BRANCH }}"),
        ("no braces", "no braces"),
        ("{ not } one }}", "{ not } one }}"),
    ],
)
def test_what_a_text_comes_to(text: str, value: Any) -> None:
    """Whole placeholders keep their type, and what came from a template is not expanded again."""
    found = value_of(text)

    assert value == found
    assert type(value) is type(found)


@pytest.mark.parametrize(
    "text",
    [
        "{{ ctx.flow.name }}",
        "{{ event.payload.id }}-x",
        "{{ flow_run.name }}",
        "{{ deployment.id | upper }}",
        "{{ syntask.blocks.secret.token }}",
        "{{ prefect.blocks.secret.token }} and {{ ctx.x }}",
    ],
)
def test_names_of_the_run_are_left_alone(text: str) -> None:
    assert value_of(text) == text
    assert value_of({"a": [text]}) == {"a": [text]}


def test_names_of_earlier_pull_steps_are_left_alone() -> None:
    assert value_of("{{ clone.directory }}", later=frozenset({"clone"})) == "{{ clone.directory }}"


def test_the_user_is_the_account_where_the_environment_does_not_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """Containers and services leave USER unset, and each developer's deployments are named after it."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    account = pwd.getpwuid(os.getuid()).pw_name
    assert value_of("dev-{{ $USER }}-one", environ={}) == f"dev-{account}-one"
    assert value_of("dev-{{ $USER }}-one", environ={"USER": "kim"}) == "dev-kim-one"
    assert value_of("dev-{{ $USER }}-one", environ={}, leaves_unset=True) == "dev-{{ $USER }}-one"


def test_unset_variables_are_left_for_the_run_and_keep_their_default() -> None:
    assert value_of("{{ $NOT_HERE }}/x", leaves_unset=True) == "{{ $NOT_HERE }}/x"
    assert value_of("{{ $NOT_HERE | default('y') }}", leaves_unset=True) == "y"


@pytest.mark.parametrize(
    ("text", "detail", "hint"),
    [
        ("{{ $BRANHC }}", "The environment variable `BRANHC` is not set.", "Did you mean `BRANCH`?"),
        ("{{ $ZZZZZZ }}", "The environment variable `ZZZZZZ` is not set.", "default("),
        ("{{ biuld.image }}", "No step before this one outputs `biuld.image`.", "`build.image`"),
        (
            "{{ build.imgae }}",
            "`build.imgae` is undefined: there is no `imgae`.",
            "`image`",
        ),
        ("{{ build.list[7] }}", "`build.list[7]` is undefined: there is no `7`.", ""),
        ("{{ BRANCH }}", "No step before this one outputs `BRANCH`.", "{{ $BRANCH }}"),
        ("{{ syntask.variables.regoin }}", "The backend has no variable `regoin`.", "`region`"),
        ("{{ syntask.blocks.secret }}", "`syntask.blocks.secret` does not refer to a block.", "TYPE.NAME"),
    ],
)
def test_a_name_without_a_value_is_a_problem(text: str, detail: str, hint: str) -> None:
    """With the reason, the nearest name, and the place in the value."""
    for value, path in ((text, ()), ({"a": ["x", f"b {text}"]}, ("a", 1))):
        _, problems = resolved(value)

        assert [(problem.path, problem.raw) for problem in problems] == [(path, text)]
        assert problems[0].reason.code == "unset-name"
        assert problems[0].reason.detail == detail
        assert hint in problems[0].reason.hint


def test_all_names_without_a_value_are_reported() -> None:
    _, problems = resolved({"a": "{{ $ONE }}{{ $TWO }}", "b": ["{{ $THREE }}"]})

    assert [problem.raw for problem in problems] == ["{{ $ONE }}", "{{ $TWO }}", "{{ $THREE }}"]


@pytest.mark.parametrize(
    "text", ["{{ }}", "{{ 1 + }}", "{{ x | nofilter }}", "{{ {% x %} }}", "{{ 1 / 0 }}", "{{ x() }}"]
)
def test_what_is_no_expression_is_a_problem(text: str) -> None:
    _, problems = resolved(text, outputs={"x": 1})

    assert [problem.reason.code for problem in problems] == ["invalid-template"]
    assert problems[0].reason.hint


def test_braces_that_are_never_closed_are_a_problem_of_the_file() -> None:
    _, problems = resolved("a {{ $A", is_static=True)

    assert [problem.reason.code for problem in problems] == ["invalid-template"]


def test_braces_around_nonsense_are_text_where_prefect_has_them_so() -> None:
    assert value_of("{{ SELECT 1 }}", leaves_nonsense=True) == "{{ SELECT 1 }}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{{ later }}", Unknown),
        ("v-{{ later }}", Unknown),
        ("{{ later | upper }}", Unknown),
        ("{{ later ~ $BRANCH }}", Unknown),
    ],
)
def test_what_a_step_decides_is_unknown(text: str, shown: type) -> None:
    assert isinstance(value_of(text), shown)


def test_blocks_that_are_looked_up() -> None:
    assert value_of("{{ syntask.blocks.secret.token }}", blocks=lookup) == Secret("hush")
    assert value_of("{{ prefect.blocks.json.config.a[0] }}", blocks=lookup) == 1
    assert value_of("{{ syntask.blocks.json.config.value.a }}", blocks=lookup) == [1]
    assert value_of("x-{{ syntask.blocks.github-credentials.bot.token }}", blocks=lookup) == Secret("x-hush")
    assert value_of("{{ syntask.blocks.secret.token | upper }}", blocks=lookup) == Secret("HUSH")


def test_blocks_that_would_be_stored_readable_are_refused() -> None:
    _, problems = resolved("{{ syntask.blocks.secret.token }}", blocks=Blocks.REFUSE)

    assert [problem.reason.code for problem in problems] == ["secret-stored"]


def test_a_secret_is_in_no_message() -> None:
    """Whatever goes wrong with it."""
    for text in (
        "{{ syntask.blocks.secret.token | int }}",
        "{{ syntask.blocks.secret.token + 1 }}",
        "{{ syntask.blocks.secret.token | first | nofilter }}",
        "a {{ syntask.blocks.github-credentials.bot }}",
        "{{ syntask.blocks.secret.token.value.x }}",
    ):
        value, problems = resolved(text, blocks=lookup)
        assert "hush" not in repr((value, problems)).lower(), text
