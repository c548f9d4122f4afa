"""The options of `syntask` itself, before a command and after it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest

from syntask_yaml.cli.context import Context
from syntask_yaml.cli.global_options import add_global_options
from syntask_yaml.cli.main import cli, name_variables
from syntask_yaml.errors import UsageError


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        (["--target", "prod"], "target", "prod"),
        (["-t", "prod"], "target", "prod"),
        (["--backend", "embedded:a.db"], "backend_url", "embedded:a.db"),
        (["-f", "other.yaml"], "file", Path("other.yaml")),
        (["--file", "other.yaml"], "file", Path("other.yaml")),
        (["-v"], "verbosity", 1),
        (["-vv"], "verbosity", 2),
        (["--quiet"], "verbosity", -1),
        (["--no-prompt"], "may_prompt", False),
        (["-C", "inner"], "directory", "inner"),
    ],
)
def test_an_option_means_the_same_after_the_command(
    words: list[str], field: str, value: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir(tmp_path)
    contexts = []

    @click.command("seen")
    @click.pass_context
    def seen(ctx: click.Context) -> None:
        contexts.append((ctx.obj, ctx.color))

    add_global_options(seen, shows_target=True)
    group = click.Group("syntask", {"seen": seen}, params=cli.params, callback=cli.callback)
    group.main([*words, "seen"], standalone_mode=False)
    group.main(["seen", *words], standalone_mode=False)

    before, after = contexts
    assert before == after
    found = getattr(before[0], field)
    assert found == (tmp_path / "inner" if field == "directory" else value)


@pytest.mark.parametrize(
    "words",
    [
        ["-f", "a.yaml", "-f", "b.yaml", "seen"],
        ["-f", "a.yaml", "seen", "--file", "b.yaml"],
        ["seen", "-f", "a.yaml", "-f", "b.yaml"],
    ],
)
def test_a_project_file_is_passed_once(words: list[str]) -> None:
    """Wherever the two stand: none of them is ignored in silence."""
    seen = click.Command("seen", callback=lambda: None)
    add_global_options(seen, shows_target=False)
    group = click.Group("syntask", {"seen": seen}, params=cli.params, callback=cli.callback)

    with pytest.raises(click.UsageError, match=r"only once, and was passed for `a\.yaml` and `b\.yaml`"):
        group.main(words, standalone_mode=False)


@pytest.mark.parametrize(
    "words", [["-f", "a.yaml", "validate", "b.yaml"], ["validate", "-f", "a.yaml", "b.yaml", "c.yaml"]]
)
def test_files_to_validate_are_passed_in_one_way(words: list[str]) -> None:
    """Of two ways, one would be ignored in silence."""
    with pytest.raises(UsageError, match=r"`--file a\.yaml` and FILES"):
        cli.main(words, standalone_mode=False)


def test_a_file_on_the_command_line_comes_before_that_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SYNTASK_FILE", "a.yaml")

    @click.command("seen")
    @click.pass_context
    def seen(ctx: click.Context) -> Path | None:
        file: Path | None = ctx.obj.file
        return file

    add_global_options(seen, shows_target=False)
    group = click.Group("syntask", {"seen": seen}, params=cli.params, callback=cli.callback)
    assert group.main(["seen"], standalone_mode=False) == Path("a.yaml")
    assert group.main(["seen", "-f", "b.yaml"], standalone_mode=False) == Path("b.yaml")
    assert group.main(["-f", "b.yaml", "seen"], standalone_mode=False) == Path("b.yaml")

    monkeypatch.setenv("SYNTASK_SEEN_FILE", "c.yaml")
    name_variables(seen, "SYNTASK_SEEN")
    assert group.main(["seen"], standalone_mode=False) == Path("c.yaml")
    assert group.main(["seen", "-f", "b.yaml"], standalone_mode=False) == Path("b.yaml")
    assert group.main(["-f", "b.yaml", "seen"], standalone_mode=False) == Path("b.yaml")


@pytest.mark.parametrize(
    ("option", "value", "field"), [("-t", "prod", "target"), ("--backend", "memory:", "backend_url")]
)
def test_an_option_before_the_command_comes_before_the_environment_of_the_command(
    monkeypatch: pytest.MonkeyPatch, option: str, value: str, field: str
) -> None:
    monkeypatch.setenv("SYNTASK_SEEN_TARGET", "dev")
    monkeypatch.setenv("SYNTASK_SEEN_BACKEND", "embedded:other.db")

    @click.command("seen")
    @click.pass_context
    def seen(ctx: click.Context) -> str:
        return str(getattr(ctx.obj, field))

    add_global_options(seen, shows_target=False)
    name_variables(seen, "SYNTASK_SEEN")
    commands: dict[str, click.Command] = {"seen": seen, "work-pool": click.Group("work-pool", {"seen": seen})}
    group = click.Group("syntask", commands, params=cli.params, callback=cli.callback)
    for words in (["seen"], ["work-pool", "seen"]):
        assert group.main([option, value, *words], standalone_mode=False) == value
        assert group.main([*words, option, value], standalone_mode=False) == value
        assert group.main(words, standalone_mode=False) in ("dev", "embedded:other.db")


@pytest.mark.parametrize(("choice", "color"), [("always", True), ("never", False)])
def test_colors_can_be_chosen_after_the_command(choice: str, color: bool) -> None:
    @click.command()
    @click.pass_context
    def seen(ctx: click.Context) -> bool | None:
        return ctx.color

    add_global_options(seen, shows_target=False)
    assert seen.main(["--color", choice], standalone_mode=False, obj=Context(Path(), {})) is color


def test_a_group_takes_them_too() -> None:
    """Between the name of the group and that of its command."""

    @click.command("seen")
    @click.pass_context
    def seen(ctx: click.Context) -> int:
        found: int = ctx.obj.verbosity
        return found

    group = click.Group("work-pool", {"seen": seen})
    add_global_options(group, shows_target=False)
    assert group.main(["--quiet", "seen"], standalone_mode=False, obj=Context(Path(), {})) == -1


def test_a_letter_of_the_command_keeps_its_meaning() -> None:
    """The long name is that of `syntask` all the same."""

    @click.command()
    @click.option("-q", "--work-queue")
    @click.pass_context
    def seen(ctx: click.Context, work_queue: str) -> tuple[str, int]:
        return work_queue, ctx.obj.verbosity

    add_global_options(seen, shows_target=False)
    answer = seen.main(["-q", "high", "--quiet"], standalone_mode=False, obj=Context(Path(), {}))
    assert answer == ("high", -1)
