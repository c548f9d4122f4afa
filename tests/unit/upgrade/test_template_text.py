"""Templates of environment variables, and the words that a shell makes of them."""

from __future__ import annotations

import subprocess

import pytest

from syntask_yaml.upgrade.template_text import TemplateText, as_template, has_variables, shell_words

STAGE = TemplateText.of_variable("STAGE")
OR_DEV = TemplateText.of_variable("STAGE", 'a "d" $x `y` \\z')


def joined(*parts: str) -> str:
    return TemplateText("".join(map(as_template, parts)))


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("plain", "plain"),
        ("it's two", "it's two"),
        (STAGE, "prod"),
        (joined(STAGE, "-pool"), "prod-pool"),
        (joined("$HOME `x` \\", STAGE, '"'), '$HOME `x` \\prod"'),
        (joined(TemplateText.of_variable("NONE", "a b"), STAGE), "a bprod"),
        (OR_DEV, "prod"),
        (str(OR_DEV).replace("STAGE", "NONE"), 'a "d" $x `y` \\z'),
        (STAGE.or_else("dev"), "prod"),
        (TemplateText.of_variable("NONE").or_else('a "$x"'), 'a "$x"'),
        (TemplateText.of_variable("EMPTY", "").or_else("dev"), "dev"),
        (TemplateText.of_variable("EMPTY", "dev"), ""),
    ],
)
def test_a_shell_reads_the_same_word(word: str, value: str) -> None:
    command = f"printf %s {shell_words([word])}"

    environ = {"STAGE": "prod", "EMPTY": "", "PATH": "/usr/bin:/bin"}
    read = subprocess.run(["sh", "-c", command], env=environ, capture_output=True, text=True, check=True)
    assert read.stdout == value


def test_what_is_made_of_variables_alone() -> None:
    assert isinstance(STAGE, TemplateText)
    assert STAGE.is_of_environment
    assert TemplateText(joined("a-", OR_DEV)).is_of_environment
    assert not STAGE.filtered("int").is_of_environment
    assert not TemplateText.of_secret("key").is_of_environment
    assert not has_variables("{{ name }}")
