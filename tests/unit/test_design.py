"""The few rules that carry the design: public names, options, outputs, messages, examples."""

from __future__ import annotations

import ast
import inspect
import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from syntask_yaml import api
from syntask_yaml.cli.main import cli
from syntask_yaml.messages import MESSAGES
from syntask_yaml.model.pool_type import SERVED_TYPES
from syntask_yaml.worker.runner import RUNNERS
from tests.support.console import Console

ROOT = Path(__file__).parents[2]
SOURCES = {file: file.read_text(encoding="utf-8") for file in sorted(ROOT.glob("syntask_yaml/**/*.py"))}
EXAMPLES = sorted(file.parent for file in ROOT.glob("examples/*/syntask.yaml"))

# Variables that are settings of their own, see `docs/running.md` and `settings.py`.
_NOT_OPTIONS = re.compile(r'"(SYNTASK_[A-Z_]+)"')


def commands(
    command: click.Command = cli, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command by its words, the groups too."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from commands(inner, (*path, name))


ALL = dict(commands())


def options(command: click.Command) -> list[click.Option]:
    return [each for each in command.params if isinstance(each, click.Option)]


@pytest.fixture(name="console")
def _console(tmp_path: Path) -> Console:
    (tmp_path / "work").mkdir()
    (tmp_path / "home").mkdir()
    return Console(tmp_path / "work", tmp_path / "home")


def test_the_public_names_are_sorted_and_explained() -> None:
    assert sorted(set(api.__all__)) == api.__all__
    for name in api.__all__:
        found = getattr(api, name)
        assert inspect.getdoc(found), name
        assert found.__module__.startswith("syntask_yaml."), name
        for part, function in inspect.getmembers(found, inspect.isfunction):
            assert part.startswith("_") or inspect.signature(function), (name, part)


def test_no_value_of_the_public_interface_can_be_unpacked() -> None:
    """Another field would break whoever does."""
    values = [value for value in map(api.__dict__.get, api.__all__) if isinstance(value, type)]

    assert len(values) > 10
    assert [value.__name__ for value in values if issubclass(value, tuple)] == []


def test_every_command_and_option_says_what_it_is() -> None:
    for path, command in ALL.items():
        assert command.help, path
        for option in options(command):
            assert option.help, (path, option.name)


def test_no_parameters_of_a_command_share_a_name() -> None:
    """Click would give the value of one to the other, such as to `--file` that of `export --output FILE`."""
    for path, command in ALL.items():
        names = [each.name for each in command.params]
        assert sorted(set(names)) == sorted(map(str, names)), path


def test_every_option_has_a_variable_of_its_own() -> None:
    """And none that means something else already."""
    taken = set().union(*(_NOT_OPTIONS.findall(text) for text in SOURCES.values()))
    seen: dict[str, tuple[Any, ...]] = {}
    for path, command in ALL.items():
        for option in options(command):
            if option.is_eager and option.name in ("help", "version"):
                continue
            name = option.envvar
            assert isinstance(name, str), (path, option.name)
            assert name not in seen, (path, seen.get(name))
            assert name not in taken - {"SYNTASK_BACKEND"}, (path, option.name)
            seen[name] = path


@pytest.mark.parametrize(
    ("variable", "value", "command", "shown"),
    [
        ("SYNTASK_VALIDATE_OUTPUT", "json", "syntask validate", '"syntask.validate/1"'),
        ("SYNTASK_FILE", "other.yaml", "syntask validate", "other.yaml"),
        ("SYNTASK_FLOW_RUN_LS_OUTPUT", "json", "syntask flow-run ls", '"flow_runs"'),
        ("SYNTASK_PLAN_ALL", "1", "syntask plan", "2 to create"),
        ("SYNTASK_DEPLOY_NAME", "a", "syntask deploy", "1 created"),
        ("SYNTASK_BACKEND", "embedded:x.db", "syntask plan --all", "embedded:"),
    ],
)
def test_a_variable_takes_the_place_of_an_option(
    console: Console, variable: str, value: str, command: str, shown: str
) -> None:
    console.directory.joinpath("flows.py").write_text("def f():\n    pass\n", encoding="utf-8")
    text = "deployments:\n  - {name: a, entrypoint: flows.py:f}\n  - {name: b, entrypoint: flows.py:f}\n"
    for name in ("syntask.yaml", "other.yaml"):
        (console.directory / name).write_text(
            text if name == "syntask.yaml" else text.replace("f}", "f, x: y}")
        )

    done = Console(console.directory, console.home, {variable: value}).run(command)

    assert shown in done.stdout


_PRINTERS = ("ls", "validate", "plan", "deploy", "render", "inspect", "check")
_LISTS = [path for path in ALL if path and path[-1] in _PRINTERS]


@pytest.mark.parametrize("path", _LISTS, ids=" ".join)
def test_what_prints_a_list_can_print_json(path: tuple[str, ...]) -> None:
    output = next(option for option in options(ALL[path]) if option.name == "output")

    assert isinstance(output.type, click.Choice)
    assert "json" in output.type.choices


@pytest.mark.parametrize("path", [path for path in _LISTS if path[-1] == "ls"], ids=" ".join)
def test_an_empty_list_is_json_with_its_format(console: Console, path: tuple[str, ...]) -> None:
    (console.directory / "syntask.yaml").write_text("deployments: []\n", encoding="utf-8")

    done = console.run(f"syntask {' '.join(path)} --output json 2>/dev/null")

    document = json.loads(done.stdout)
    assert document.pop("format") == f"syntask.{'-'.join(path)}/1"
    assert document
    assert all(isinstance(value, list) for value in document.values())


def test_every_message_is_used_and_every_code_is_a_message() -> None:
    """A code that is named in a diagnostic or an error stands in the catalogue, and the other way round."""
    text = "".join(text for file, text in SOURCES.items() if file.parent.name != "messages")
    named = set(re.findall(r'(?:problem|Diagnostic|Missing|Problem)\(\s*"([a-z]+(?:-[a-z]+)+)"', text))
    named |= set(re.findall(r'code(?:: str)? = "([a-z-]+)"', text))

    assert named - set(MESSAGES) == set()
    assert {code for code in MESSAGES if f'"{code}"' not in text} == set()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda folder: folder.name)
def test_an_example_is_deployed_and_then_there_is_nothing_to_do(console: Console, example: Path) -> None:
    console.copy(example)

    for command, code in (
        ("syntask work-pool create boxes --type docker", 0),
        ("syntask validate --strict", 0),
        ("syntask plan --all --detailed-exitcode", 2),
        ("syntask deploy --all", 0),
        ("syntask plan --all --detailed-exitcode", 0),
    ):
        done = console.run(command)
        assert done.returncode == code, f"{command}\n{done.stdout}"


# Files of unit tests that are about no single module, and what they are about. Rows are only removed.
_ABOUT_NO_MODULE = {
    "test_bounds.py": "what a hostile file costs as a whole",
    "test_design.py": "rules of the whole package",
    "test_flaky_proxy.py": "a tool of the tests",
    "test_warm.py": "the processes that tests start commands in",
    "test_pins.py": "constraints.txt",
    "test_start_up.py": "what each command imports",
    "backend/embedded/test_processes.py": "several processes with one store",
    "backend/test_any_order.py": "what the port promises, in any order of calls",
}


def test_tests_stand_where_their_module_stands() -> None:
    """`tests/unit/a/test_b.py` is about the module or package `syntask_yaml/a/b`, with few exceptions.

    So are those of `tests/unit/syntask` about what flow code imports, and those of `tests/unit/docs` about
    what makes the pages.
    """
    files = [file.relative_to(ROOT / "tests/unit") for file in ROOT.glob("tests/unit/**/test_*.py")]
    modules = {file.relative_to(ROOT / "syntask_yaml").with_suffix("") for file in SOURCES}
    known = {each.parent if each.name == "__init__" else each for each in modules}
    ours = [file.relative_to(ROOT) for file in ROOT.glob("syntask/**/*.py")]
    known |= {file.with_name(file.stem.removeprefix("_")) for file in ours} | {Path("syntask")}
    known |= {file.relative_to(ROOT).with_suffix("") for file in ROOT.glob("docs/*.py")}
    others = [file for file in files if file.with_name(file.stem.removeprefix("test_")) not in known]

    assert {file.as_posix() for file in others} == _ABOUT_NO_MODULE.keys()


def test_the_modules_that_a_package_lists_exist() -> None:
    """The docstring of a package has lines of `module, module  what they know`."""
    row = re.compile(r"([a-z_0-9]+(?:, [a-z_0-9]+)*) {2,}\S")
    for file, text in SOURCES.items():
        if file.name == "__init__.py":
            lines = (ast.get_docstring(ast.parse(text)) or "").splitlines()
            listed = {name for line in lines if (found := row.match(line)) for name in found[1].split(", ")}
            assert listed <= {each.stem for each in file.parent.iterdir()}, file


def test_what_the_worker_serves_has_a_runner() -> None:
    """The backend promises to serve the types of the table that have a template; a runner executes them."""
    assert sorted(RUNNERS) == sorted(SERVED_TYPES)


def test_the_repository_holds_no_links() -> None:
    """A link to somewhere else on the machine of whoever committed it would stop every other checkout."""
    command = ("git", "ls-files", "--stage")
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert [line for line in listed.stdout.splitlines() if line.startswith("120000")] == []


def test_no_two_public_classes_have_one_name() -> None:
    """A name is one thing, wherever it is read."""
    found = Counter(
        node.name
        for text in SOURCES.values()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert [name for name, count in found.items() if count > 1] == []


def test_no_pattern_has_possessive_groups() -> None:
    """Python matches them wrongly before 3.11.5, and Debian 12 has 3.11.2."""
    texts = {
        node.value
        for text in SOURCES.values()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert [text for text in texts if re.search(r"\)[*+?]\+", text)] == []
