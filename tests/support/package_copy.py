"""A copy of the package that a test changes as a contributor would, and a console that runs it."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.support.console import Console

ROOT = Path(__file__).parents[2]
FLOW = "from syntask import flow\n\n\n@flow\ndef hello():\n    pass\n"


class PackageCopy:
    """The package below *folder*/package; commands run in *folder*/work, which has one flow."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "package"
        for name in ("syntask", "syntask_yaml", "schemas", "templates", "docs"):
            shutil.copytree(ROOT / name, self.path / name, ignore=shutil.ignore_patterns("__pycache__"))
        self.console = Console(folder / "work", folder / "home", {"PYTHONPATH": str(self.path)})
        self.console.directory.mkdir()
        self.console.home.mkdir()
        (self.console.directory / "flows.py").write_text(FLOW, encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        """Add a file to the package."""
        (self.path / name).write_text(text, encoding="utf-8")

    def insert(self, name: str, behind: str, text: str) -> None:
        """Add *text* behind the only place of *behind* in the file *name*."""
        file = self.path / name
        before = file.read_text(encoding="utf-8")
        assert before.count(behind) == 1, f"{name} has {behind!r} {before.count(behind)} times"
        file.write_text(before.replace(behind, behind + text), encoding="utf-8")

    def declare(self, text: str) -> None:
        """Write the project file."""
        (self.console.directory / "syntask.yaml").write_text(text, encoding="utf-8")

    def run(self, command: str, *, code: int = 0) -> str:
        """Return the output of *command*, which has to end with *code*."""
        done = self.console.run(command)
        assert done.returncode == code, done.stdout
        return done.stdout
