"""Draw the pictures of the pages: what a terminal shows of `syntask plan`, of the wizard and of a status.

`python docs/draw.py` writes `pictures/*.svg`; the tests compare them with what the terminal shows today.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from pyte.screens import Char
from rich.console import Console
from rich.style import Style
from rich.text import Text

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from docs.example_status import status  # noqa: E402
from syntask_yaml.cli.views.signs import signs_of  # noqa: E402
from syntask_yaml.cli.views.status import status_lines  # noqa: E402
from syntask_yaml.operations.status.svg import draw_svg  # noqa: E402
from tests.support.terminal import DOWN, ENTER, Terminal  # noqa: E402  (the checkout is no package)

PROGRAM = str(Path(sys.executable).parent / "syntask")
# The terminal is wider than the picture: the paths of the folder, which is a temporary one, become shorter.
WIDTH, COLUMNS, ROWS = 100, 160, 60
STATUS_WIDTH = 112
FLOWS = '''\
from syntask import flow


@flow
def report(city: str, days: int = 1) -> None:
    """Report the weather of a city."""
    print(f"{city}: {days} sunny days")
'''
BEFORE = """\
name: weather
deployments:
  - name: berlin
    entrypoint: flows.py:report
    parameters: {city: Berlin}
    schedules:
      - cron: "0 7 * * 1-5"
        timezone: Europe/Berlin
"""
AFTER = (
    BEFORE.replace("0 7", "30 6")
    + """\
  - name: oslo
    entrypoint: flows.py:report
    parameters: {city: Oslo}
    schedules:
      - interval: 3600
"""
)


@contextmanager
def project() -> Iterator[tuple[Path, Mapping[str, str]]]:
    """A folder with one flow, and an environment whose store is its own."""
    with TemporaryDirectory() as name:
        home = Path(name).resolve()
        folder = home / "weather"
        folder.mkdir()
        (folder / "flows.py").write_text(FLOWS, encoding="utf-8")
        path = os.pathsep.join([str(Path(PROGRAM).parent), os.environ["PATH"]])
        yield folder, {"HOME": str(home), "SYNTASK_HOME": str(home / ".syntask"), "PATH": path, "TZ": "UTC"}


def draw(screen: Terminal, command: str, home: Path) -> str:
    """Return the SVG of what *screen* shows after *command*."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.assemble(("$ ", "bold green"), command))
    for line in screen.cells():
        text = Text()
        for style, cells in groupby(line, key=_style):
            text.append("".join(cell.data for cell in cells), style)
        plain = text.plain.find(str(home))
        if plain >= 0:
            text = Text.assemble(text[:plain], "~", text[plain + len(str(home)) :])
        console.print(text)
    return console.export_svg(title="weather", unique_id=command.split()[1])


def _style(cell: Char) -> Style:
    color = None if cell.fg == "default" else cell.fg.replace("brown", "yellow")
    is_hex = color is not None and len(color) == 6 and set(color) <= set("0123456789abcdef")
    return Style(color=f"#{color}" if is_hex else color, bold=cell.bold, reverse=cell.reverse)


def draw_plan() -> str:
    """Return the picture of a plan: one deployment that changes, and one that is new."""
    with project() as (folder, environ):
        for text, arguments in ((BEFORE, ["-q", "deploy"]), (AFTER, [])):
            (folder / "syntask.yaml").write_text(text, encoding="utf-8")
            if arguments:
                subprocess.run(
                    [PROGRAM, *arguments], cwd=folder, env=environ, check=True, capture_output=True
                )
        with _terminal(folder, environ, "plan", "--all") as screen:
            screen.wait()
            return draw(screen, "syntask plan --all", folder.parent)


def draw_wizard() -> str:
    """Return the picture of the wizard, before it writes the first entry of a project file."""
    with project() as (folder, environ), _terminal(folder, environ, "deployment", "add") as screen:
        for question, keys in STORY:
            screen.answer(question, keys)
        screen.see("Save this to syntask.yaml?").see("Quit without saving")
        return draw(screen, "syntask deployment add", folder.parent)


STORY = (
    ("Which flow?", ENTER),
    ("Deployment name?", f"berlin{ENTER}"),
    ("Description?", ENTER),
    ("city (text)", f"Berlin{ENTER}"),
    ("Override a parameter?", ENTER),
    ("Run on a schedule?", DOWN + DOWN + ENTER),
    ("Cron expression?", f"0 7 * * 1-5{ENTER}"),
    ("Time zone?", ENTER),
    ("Add another schedule?", ENTER),
    ("Activate the schedule on deploy?", "y"),
    ("Work pool?", ENTER),
    ("How do runs get the code?", ENTER),
    ("Environment variable", ENTER),
    ("Concurrency limit?", ENTER),
    ("Tags", ENTER),
)


def _terminal(folder: Path, environ: Mapping[str, str], *arguments: str) -> Terminal:
    return Terminal(PROGRAM, *arguments, directory=folder, environ=environ, columns=COLUMNS, rows=ROWS)


@contextmanager
def in_utc() -> Iterator[None]:
    """Let times be those of UTC for a while."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


def draw_status() -> str:
    """Return the picture of `syntask status` on a backend whose time stands still."""
    console = Console(record=True, width=STATUS_WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.assemble(("$ ", "bold green"), "syntask status"))
    with in_utc():
        for line in status_lines(status(), signs_of("utf-8"), STATUS_WIDTH):
            console.print(Text.from_ansi(line))
    return console.export_svg(title="weather", unique_id="status")


def draw_timeline() -> str:
    """Return what `syntask status --output svg` prints of the same backend."""
    return draw_svg(status().timeline, zone=UTC)


PICTURES: Mapping[str, Callable[[], str]] = {
    "plan.svg": draw_plan,
    "wizard.svg": draw_wizard,
    "status.svg": draw_status,
    "timeline.svg": draw_timeline,
}

if __name__ == "__main__":
    for name, make in PICTURES.items():
        (HERE / "pictures" / name).write_text(make(), encoding="utf-8")
