"""Load flows in a separate process, if their source is not sufficient."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import subprocess

_CHILD = Path(__file__).with_name("child.py")
# The environment variables passed to code that is only loaded. Any other variable may be a secret.
PASSED = frozenset(
    (
        "COMSPEC HOME LANG LANGUAGE LD_LIBRARY_PATH PATH PATHEXT SYSTEMROOT TEMP TMP TMPDIR TZ TZDIR "
        "USERPROFILE VIRTUAL_ENV WINDIR CONDA_PREFIX PREFECT_HOME PREFECT_LOGGING_LEVEL SYNTASK_HOME"
    ).split()
)
PASSED_START = ("LC_", "PYTHON")
MAX_ANSWER = 16 * 1024 * 1024


class LoadResult(NamedTuple):
    """A loaded flow; *error* says which properties are unknown, and why."""

    name: str | None = None
    description: str | None = None
    version: str | None = None
    schema: Mapping[str, Any] | None = None
    value_schema: Mapping[str, Any] | None = None
    error: str = ""
    is_missing: bool = False


NOT_LOADED = LoadResult(error="the module was not loaded")


@dataclass(frozen=True, slots=True)
class Loader:
    """Runs *python* in *root* for at most *timeout* seconds."""

    root: Path
    python: str
    timeout: float

    def load(self, file: Path, module: str | None, functions: Sequence[str]) -> Mapping[str, LoadResult]:
        """Return the properties of each of *functions* in *file*, loaded as *module* if it has that name.

        Errors are part of the result.
        """
        from tempfile import TemporaryDirectory

        with TemporaryDirectory(prefix="syntask-", ignore_cleanup_errors=True) as folder:
            request, result = Path(folder, "request.json"), Path(folder, "result.json")
            wanted = {"file": None if module else str(file), "module": module, "functions": list(functions)}
            request.write_text(json.dumps(wanted), encoding="utf-8")
            problem = self._run(request, result)
            answers = {} if problem else _answers(result)
        ended = LoadResult(error=problem or "the process ended without a result while it loaded the module")
        return {name: answers.get(name, ended) for name in functions}

    def _run(self, request: Path, result: Path) -> str:
        """Run the child process to its end. Return an error message, if any."""
        import subprocess

        command = [self.python, str(_CHILD), str(request), str(result)]
        try:
            child = subprocess.Popen(
                command,
                cwd=self.root,
                env=environment(os.environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            return f"cannot start Python: {error.strerror or error}"
        try:
            child.wait(self.timeout)
        except subprocess.TimeoutExpired:
            return f"loading the module took longer than {self.timeout:g} s"
        finally:
            if child.poll() is None:
                _end(child)
        return ""


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of *environ* that loaded code may see: paths and locale."""
    passed = {key: value for key, value in environ.items() if key in PASSED or key.startswith(PASSED_START)}
    # Fixed hashes keep the order of sets, which may be defaults.
    return {**passed, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}


def _end(child: subprocess.Popen[bytes]) -> None:
    """Kill *child* and all of its children."""
    if hasattr(os, "killpg"):
        os.killpg(child.pid, signal.SIGKILL)
    else:
        child.kill()
    child.wait()


def _answers(result: Path) -> Mapping[str, LoadResult]:
    try:
        if result.stat().st_size > MAX_ANSWER:
            return {}
        return {name: LoadResult(**answer) for name, answer in json.loads(result.read_bytes()).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
