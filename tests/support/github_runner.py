"""A runner of composite actions of GitHub, as far as ours needs one, and the API for its comments."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import yaml

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")
_TOKEN = re.compile(r"'[^']*'|[A-Za-z_][\w.-]*|&&|\|\||!=|==|!|\(|\)")
_WORDS = {"&&": "and", "||": "or", "!": "not"}


@dataclass
class ActionRunner:
    """Runs the steps of the *action* in *workspace*; *event* and its name are those of the workflow."""

    action: Path
    workspace: Path
    environ: Mapping[str, str]
    github: Mapping[str, Any]
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)

    def run(self, inputs: Mapping[str, str]) -> tuple[list[str], int]:
        """The names of the steps that ran, and the exit code of the last one."""
        definition = yaml.safe_load((self.action / "action.yml").read_text(encoding="utf-8"))
        given = {
            name: self._filled(each.get("default", ""), {}) for name, each in definition["inputs"].items()
        }
        assert inputs.keys() <= given.keys()
        given |= inputs
        ran = []
        for step in definition["runs"]["steps"]:
            if "if" in step and not self._value(step["if"], given):
                continue
            ran.append(step["name"])
            if code := self._run(step, given):
                return ran, code
        return ran, 0

    def _run(self, step: Mapping[str, Any], inputs: Mapping[str, str]) -> int:
        assert "${{" not in step["run"], "an expression in a script can be any code"
        output = self.workspace.parent / "output"
        output.write_text("", encoding="utf-8")
        script = self.workspace.parent / "step.sh"
        script.write_text(step["run"], encoding="utf-8")
        done = subprocess.run(
            ["/bin/bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=self.workspace / self._filled(step.get("working-directory", "."), inputs),
            env={
                **self.environ,
                "GITHUB_ACTION_PATH": str(self.action),
                "GITHUB_OUTPUT": str(output),
                "GITHUB_REPOSITORY": self.github["repository"],
                "GITHUB_WORKSPACE": str(self.workspace),
                "RUNNER_TEMP": str(self.workspace.parent),
                **{name: self._filled(text, inputs) for name, text in step.get("env", {}).items()},
            },
            timeout=120,
            check=False,
        )
        lines = output.read_text(encoding="utf-8").splitlines()
        self.outputs[step.get("id", "")] = dict(line.split("=", 1) for line in lines)
        return done.returncode

    def _filled(self, text: str, inputs: Mapping[str, str]) -> str:
        return _EXPRESSION.sub(lambda found: str(self._value(found[1], inputs)), str(text))

    def _value(self, expression: str, inputs: Mapping[str, str]) -> Any:
        """What an expression comes to: literals, names, and the operators for truth and equality."""

        def word(found: re.Match[str]) -> str:
            token = found[0]
            is_name = token[0].isalpha()
            return repr(self._named(token, inputs)) if is_name else f" {_WORDS.get(token, token)} "

        return eval(_TOKEN.sub(word, " ".join(expression.split())))

    def _named(self, name: str, inputs: Mapping[str, str]) -> Any:
        steps = {key: {"outputs": values} for key, values in self.outputs.items()}
        value: Any = {"inputs": inputs, "github": self.github, "steps": steps}
        for part in name.split("."):
            value = value.get(part, "") if isinstance(value, Mapping) else ""
        return value


@contextmanager
def comments_api(comments: list[dict[str, Any]], *, author: str) -> Iterator[str]:
    """Serve the comments of one pull request, which *author* makes; the URL of the API."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(comments if urlsplit(self.path).query.endswith("page=1") else [])

        def do_POST(self) -> None:
            made = {"id": len(comments) + 1, "user": {"login": author}, **self._body()}
            comments.append(made)
            self._answer(made)

        def do_PATCH(self) -> None:
            changed = comments[int(self.path.rpartition("/")[2]) - 1]
            changed.update(self._body())
            self._answer(changed)

        def _body(self) -> dict[str, Any]:
            assert self.headers["Authorization"] == "Bearer the-token"
            body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            return body

        def _answer(self, value: object) -> None:
            text = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
