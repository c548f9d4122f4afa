"""`run_shell_script` beside the reference's own step, which is installed for the tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.base import StepContext
from syntask_yaml.steps.script import run_shell_script

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(find_spec("prefect") is None, reason="needs prefect, the judge"),
]

CASES: tuple[dict[str, Any], ...] = (
    {"script": "echo one\necho two"},
    {"script": "printf 'a\\nb'\nprintf c"},
    {"script": "echo 'a  b' \"c\" d\\ e"},
    {"script": "echo $NAME ${NAME} $$ $NOPE", "expand_env_vars": True},
    {"script": "echo '$NAME' $NAME", "expand_env_vars": True},
    {"script": "echo $NAME $$"},
    {"script": 'echo "${A}"', "env": {"A": "b"}, "expand_env_vars": True},
    {"script": "printenv A NAME", "env": {"A": "b"}},
    {"script": "\n\n  echo x  \n\n"},
    {"script": "echo a && echo b"},
    {"script": "echo a > file | cat"},
    {"script": "echo a # b"},
    {"script": "sh -c 'echo out; echo err >&2'\nsh -c 'echo more >&2'"},
    {"script": "pwd", "directory": "/usr"},
    {"script": "echo a | tr a b", "shell": True},
    {"script": "printf 'x\\r\\ny'"},
    {"script": ""},
    {"script": "false"},
    {"script": "echo x\nno-such-program"},
    {"script": "pwd", "directory": "/no-such-directory"},
    {"script": "echo 'open"},
)

JUDGE = """
import asyncio, json, sys
from prefect.deployments.steps import run_shell_script

def outputs(case):
    try:
        found = run_shell_script(**case, stream_output=False)
        return asyncio.run(found) if asyncio.iscoroutine(found) else found
    except Exception:
        return "failed"

print(json.dumps([outputs(case) for case in json.load(sys.stdin)]))
"""


def _ours(context: StepContext, case: dict[str, Any]) -> Any:
    try:
        return run_shell_script(context, **case, stream_output=False)
    except StepFailed:
        return "failed"


def test_scripts_do_what_they_do_there(tmp_path: Path) -> None:
    """The same scripts have the same outputs, and fail where they fail."""
    environ = {**os.environ, "NAME": "hello", "PREFECT_HOME": str(tmp_path), "PREFECT_LOGGING_LEVEL": "ERROR"}
    judged = subprocess.run(
        [sys.executable, "-c", JUDGE],
        input=json.dumps(CASES),
        env=environ,
        cwd=tmp_path,
        text=True,
        capture_output=True,
        check=True,
    )
    expected = json.loads(judged.stdout.splitlines()[-1])
    context = StepContext(tmp_path, environ)

    assert dict(enumerate(expected)) == {index: _ours(context, case) for index, case in enumerate(CASES)}
