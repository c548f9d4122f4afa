"""The pages are true: what they show as run is run, and what is made from the code is up to date."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from syntask_yaml.cli.closed_output import OUTPUT_CLOSED
from syntask_yaml.cli.exit_codes import BUG
from syntask_yaml.errors import SyntaskError
from tests.support.console import Console

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])

_BLOCK = re.compile(
    r"^<!-- (?P<kind>file: (?P<name>\S+)|run) -->\n```\w*\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_RUNNABLE = [page for page in PAGES if _BLOCK.search(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("page", _RUNNABLE, ids=lambda page: page.stem)
def test_a_page_shows_what_happens(page: Path, console: Console) -> None:
    """The files and commands of a page, in order, print what the page shows."""
    for block in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        if block["name"]:
            file = console.directory / block["name"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block["text"], encoding="utf-8")
            continue
        printed = "".join(console.play(command) for command in _commands(block["text"]))

        assert block["text"] == printed


def _commands(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if line.startswith("$ "):
            yield line.removeprefix("$ ")


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = _generator()


@pytest.mark.parametrize("file", GENERATOR.FILES)
def test_a_file_that_is_made_is_up_to_date(file: str) -> None:
    """`make docs` would change nothing."""
    assert GENERATOR.FILES[file]() == (ROOT / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link of a page names a file, and a heading in it."""
    links = re.findall(r"\]\((?!https?:)([^)]+)\)", page.read_text(encoding="utf-8"))

    assert [link for link in links if not _leads_somewhere(page, link)] == []


def _leads_somewhere(page: Path, link: str) -> bool:
    name, _, anchor = link.partition("#")
    target = page.parent / name if name else page
    return target.exists() and (not anchor or anchor in _anchors(target.read_text(encoding="utf-8")))


def _anchors(text: str) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    headings = re.findall(
        r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL), re.M
    )
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_architecture_page_has_the_layers_that_are_checked() -> None:
    """Each line of the table of packages is a layer of import-linter, in the same order."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    page = (ROOT / "docs" / "pipeline.md").read_text(encoding="utf-8")
    table = page.split("```text\n")[2].split("```")[0]

    assert [re.split(r"\s{2,}", line)[0] for line in table.splitlines()] == [
        layer.replace("syntask_yaml.", "") for layer in layers
    ]


def test_every_json_format_is_listed() -> None:
    """Those that the code prints, and no others; a format is `document("NAME", …)` or a constant."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "syntask_yaml").rglob("*.py"))
    printed = {f"syntask.{name}/1" for name in re.findall(r"(?<!\w)document\(\s*\"([a-z-]+)\"", source)}
    printed |= set(re.findall(r"\"(syntask\.[a-z-]+/\d+)\"", source))
    page = (ROOT / "docs" / "output.md").read_text(encoding="utf-8")

    assert set(re.findall(r"^\| `(syntask\.[^`]+)`", page, re.MULTILINE)) == printed


def test_every_exit_code_is_listed() -> None:
    """Those of the errors that are raised on purpose, and the others of the command line."""
    kinds: list[type[SyntaskError]] = [SyntaskError, *SyntaskError.__subclasses__()]
    page = (ROOT / "docs" / "output.md").read_text(encoding="utf-8")
    listed = set(map(int, re.findall(r"^\| (\d+) \|", page, re.MULTILINE)))

    assert listed == {0, 2, BUG, OUTPUT_CLOSED, *(kind.exit_code for kind in kinds)}


def test_the_readme_is_short() -> None:
    """Nobody reads more than 150 lines."""
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150
