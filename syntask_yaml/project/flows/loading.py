"""Loading flows in a process of their own, for what their source does not tell."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import subprocess

_CHILD = Path(__file__).with_name("child.py")
MAX_ANSWER = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a flow says of itself once it is there; *error* says why it is not."""

    name: str | None = None
    description: str | None = None
    version: str | None = None
    schema: Mapping[str, Any] | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Loader:
    """Runs *python* in *root* for at most *timeout* seconds."""

    root: Path
    python: str
    timeout: float

    def load(self, file: Path, module: str | None, functions: Sequence[str]) -> Mapping[str, Loaded]:
        """What each of *functions* of *file* says of itself; of *module*, if it is known by that name.

        Whatever goes wrong is said in the answer.
        """
        from tempfile import TemporaryDirectory

        with TemporaryDirectory(prefix="syntask-", ignore_cleanup_errors=True) as folder:
            request, result = Path(folder, "request.json"), Path(folder, "result.json")
            wanted = {"file": str(file), "module": module, "functions": list(functions)}
            request.write_text(json.dumps(wanted), encoding="utf-8")
            problem = self._run(request, result)
            answers = {} if problem else _answers(result)
        ended = Loaded(error=problem or "loading it ends the process without an answer")
        return {name: answers.get(name, ended) for name in functions}

    def _run(self, request: Path, result: Path) -> str:
        """Run the child to its end; says what went wrong, if something did."""
        import subprocess

        command = [self.python, str(_CHILD), str(request), str(result)]
        try:
            child = subprocess.Popen(
                command,
                cwd=self.root,
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            return f"Python does not start: {error.strerror or error}"
        try:
            child.wait(self.timeout)
        except subprocess.TimeoutExpired:
            return f"loading it takes longer than {self.timeout:g} s"
        finally:
            if child.poll() is None:
                _end(child)
        return ""


def _end(child: subprocess.Popen[bytes]) -> None:
    """End *child*, which still runs, and everything that it started."""
    if hasattr(os, "killpg"):
        os.killpg(child.pid, signal.SIGKILL)
    else:
        child.kill()
    child.wait()


def _answers(result: Path) -> Mapping[str, Loaded]:
    try:
        if result.stat().st_size > MAX_ANSWER:
            return {}
        return {name: Loaded(**answer) for name, answer in json.loads(result.read_bytes()).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
