"""Commands run as a user runs them, and what they print made the same on every machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.support import warm

_SCRIPTS = Path(sys.executable).parent

# What differs from one run to the next, and what stands for it in an expected output.
_VARIABLE = (
    (re.compile(r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?"), "<next>"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "<id>"),
    (re.compile(r"\b(?=[0-9a-f]*\d)[0-9a-f]{8}(?:[0-9a-f]{2})?\b"), "<short-id>"),
    (re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00|Z)?"), "<time>"),
    (re.compile(r"\b\d\d:\d\d:\d\d\b"), "<clock>"),
    (re.compile(r"`[a-z]+-[a-z]+`|(?<=  )[a-z]+-[a-z]+(?=  +| \()"), "<name>"),
    (re.compile(r'(?<="name": ")[a-z]+-[a-z]+(?=",\n +"(?:deployment|flow)")'), "<name>"),
    (re.compile(r'(?<="worker": ")[^"]+'), "<worker>"),
    (re.compile(r"(?<=Name) +(?=Deployment)"), "  "),
    (re.compile(r'(?<="by": ")[^"]+'), "<who>"),
    (re.compile(r"(?<=  )[\w.-]+@[\w.-]+(?=  )"), "<who>"),
    (re.compile(r"(?<=By) +(?=Commit)"), "  "),
    (re.compile(r"in \d+\.\d s"), "in <seconds>"),
    (re.compile(r"(?<=\(\d of \d), [^()]+ left(?=\))"), ""),  # where a machine is slow
    (re.compile(r"(?<=  )\d+(?:\.\d+)? m?s$", re.MULTILINE), "<took>"),
    (re.compile(r"(?<= of \d), [^()]* left(?=\))"), ""),
    (re.compile(r'(?<="seconds": )\d+\.\d+'), "<seconds>"),
)


@dataclass
class Console:
    """An empty directory to work in, a home of its own, and a shell."""

    directory: Path
    home: Path
    environ: Mapping[str, str] = field(default_factory=dict)

    def copy(self, source: Path, *, leave_out: Collection[str] = ()) -> None:
        """Copy the files of a folder into the working directory."""
        shutil.copytree(source, self.directory, ignore=shutil.ignore_patterns(*leave_out), dirs_exist_ok=True)

    def run(self, command: str, *, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Run one line in a shell; both streams are caught together, in the order they were written."""
        return subprocess.run(
            command,
            shell=True,
            executable="/bin/bash",
            cwd=self.directory,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
            check=False,
        )

    def play(self, command: str) -> str:
        """Run one line; the line itself, what it printed with what varies masked, and its exit code."""
        done = self.run(command)
        code = f"[exit {done.returncode}]\n" if done.returncode else ""
        return f"$ {command}\n{self.masked(done.stdout)}{code}"

    def masked(self, text: str) -> str:
        """*text* as it is on every machine and in every run."""
        text = text.replace(str(self.directory.resolve()), "<here>").replace(str(self.home), "<home>")
        for pattern, mark in _VARIABLE:
            text = pattern.sub(mark, text)
        return "\n".join(line.rstrip() for line in text.split("\n"))

    def environment(self) -> dict[str, str]:
        """The variables that commands see."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("SYNTASK", "PREFECT"))}
        return {
            **kept,
            "PATH": os.pathsep.join(
                map(str, [*dict.fromkeys((warm.folder(), _SCRIPTS)), os.environ["PATH"]])
            ),
            "HOME": str(self.home),
            "SYNTASK_HOME": str(self.home / ".syntask"),
            "NO_COLOR": "1",
            "CI": "1",
            "TZ": "UTC",
            "COLUMNS": "100",
            **self.environ,
        }
