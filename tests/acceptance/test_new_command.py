"""A new subcommand is a file and a row."""

from __future__ import annotations

from pathlib import Path

from tests.support.package_copy import PackageCopy

_COMMAND = '''
"""`syntask count`."""

from __future__ import annotations

import click

from syntask_yaml.cli.context import Context, pass_context


@click.command("count")
@click.option("--words", is_flag=True, help="Print words in place of figures.")
@pass_context
def command(context: Context, words: bool) -> None:
    """Count the deployments of the backend."""
    with context.backend(creates=False) as backend:
        number = len(list(backend.deployments()))
    click.echo("none" if words and not number else number)
'''


def test_a_new_command_is_listed_and_has_its_variables(tmp_path: Path) -> None:
    package = PackageCopy(tmp_path)
    package.write("syntask_yaml/cli/commands/count.py", _COMMAND)
    package.insert(
        "syntask_yaml/cli/main.py",
        "COMMANDS: dict[str, tuple[str, str]] = {\n",
        '    "count": ("count", "Count deployments."),\n',
    )

    assert "Count deployments." in package.run("syntask --help")
    assert package.run("syntask -q count") == "0\n"
    assert package.run("SYNTASK_COUNT_WORDS=true syntask -q count") == "none\n"
