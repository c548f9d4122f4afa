"""The language server of YAML that editors start, asked over its standard streams as an editor would.

`.ci/run` installs npm's `yaml-language-server` into `.servers`. Its settings name the schema by its path, and
tell it not to look for others, so it reaches no network.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeAlias

from tests.support.object_stores import find, missing
from tests.support.processes import clean_environ, end

PROGRAM = "yaml-language-server"
NODE = (20, 11)
CURSOR = "‸"

Message: TypeAlias = dict[str, Any]

# What an editor says of itself that changes the answers.
_CAPABILITIES = {
    "workspace": {"configuration": True, "workspaceFolders": True},
    "textDocument": {
        "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}},
        "hover": {"contentFormat": ["markdown"]},
    },
}
_FIELD = re.compile(r"\$(?:\d+|\{\d+(?::((?:\\.|[^}])*)|\|([^,|]*)[^|]*\|)?\})")


def why_not() -> str:
    """Why a test that needs the server cannot run here; empty if it can."""
    if reason := missing(PROGRAM):
        return reason
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    is_old = tuple(map(int, version.removeprefix("v").split(".")[:2])) < NODE
    return f"{PROGRAM} needs Node.js {'.'.join(map(str, NODE))}, and {version} is installed" if is_old else ""


@dataclass(frozen=True, slots=True)
class Completion:
    """A thing to insert: what the list shows, and the *text* that the document has once it is accepted."""

    label: str
    documentation: str
    text: str


class LanguageServer:
    """A running server. A document is the text of a file; the cursor in it is the character `‸`."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path, settings: Mapping[str, Any]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._stdin: IO[bytes] = process.stdin
        self._stdout: IO[bytes] = process.stdout
        self._settings = settings
        self.folder = folder
        self._number = 0
        workspace = [{"uri": folder.as_uri(), "name": folder.name}]
        here = {"processId": None, "rootUri": folder.as_uri(), "workspaceFolders": workspace}
        self._ask("initialize", {**here, "capabilities": _CAPABILITIES})
        self._tell("initialized", {})

    def faults(self, text: str) -> list[tuple[int, str]]:
        """The line, from 1, and the message of each problem that is shown in a file with *text*."""
        _uri, problems = self._open(text)
        return sorted((each["range"]["start"]["line"] + 1, each["message"]) for each in problems)

    def hover(self, text: str) -> str:
        """The Markdown that is shown for what is under the cursor; empty if nothing is."""
        answer = self._at_cursor("textDocument/hover", text)
        return str(answer["contents"]["value"]) if answer else ""

    def completions(self, text: str) -> list[Completion]:
        """What can be inserted at the cursor, in the order in which an editor lists it."""
        items = self._at_cursor("textDocument/completion", text)["items"]
        items.sort(key=lambda each: each.get("sortText") or each["label"])
        return [
            Completion(each["label"], _plain(each.get("documentation", "")), _accepted(text, each))
            for each in items
        ]

    def _at_cursor(self, method: str, text: str) -> Any:
        before, _, after = text.partition(CURSOR)
        uri, _problems = self._open(before + after)
        position = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
        return self._ask(method, {"textDocument": {"uri": uri}, "position": position})

    def _open(self, text: str) -> tuple[str, list[Any]]:
        """The address of a new document with *text*, and its problems, with which all about it is known."""
        uri = (self.folder / f"{self._number}.yaml").as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": document})
        while True:
            message = self._next()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                return uri, message["params"]["diagnostics"]

    def _ask(self, method: str, params: Mapping[str, Any]) -> Any:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while True:
            message = self._next()
            if message.get("id") == self._number and "method" not in message:
                assert "error" not in message, message["error"]
                return message["result"]

    def _tell(self, method: str, params: Mapping[str, Any]) -> None:
        self._number += 1
        self._send({"method": method, "params": params})

    def _next(self) -> Message:
        """The next message of the server; what it asks for meanwhile is answered."""
        message = self._receive()
        if "id" in message and "method" in message:
            result: Any = None
            if message["method"] == "workspace/configuration":
                result = [self._settings.get(each["section"]) for each in message["params"]["items"]]
            self._send({"id": message["id"], "result": result})
        return message

    def _send(self, message: Message) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._stdin.flush()

    def _receive(self) -> Message:
        length = 0
        while line := self._stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the language server has ended"
        message: Message = json.loads(self._stdout.read(length))
        return message


@contextmanager
def language_server(schema: Path, folder: Path) -> Iterator[LanguageServer]:
    """A server for documents in *folder*, none of which is written; *schema* is for those that name none."""
    program = find(PROGRAM)
    assert program is not None, f"{PROGRAM} is not installed"
    settings = {
        "yaml": {
            "schemas": {str(schema): "*.yaml"},
            "schemaStore": {"enable": False},
            "kubernetesCRDStore": {"enable": False},
            "validate": True,
            "hover": True,
            "completion": True,
        }
    }
    process = subprocess.Popen(
        [program, "--stdio"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=clean_environ(),
        start_new_session=True,
    )
    try:
        yield LanguageServer(process, folder, settings)
    finally:
        end(process)
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            stream.close()


def _plain(documentation: Any) -> str:
    return str(documentation["value"] if isinstance(documentation, dict) else documentation)


def _accepted(text: str, item: Any) -> str:
    """The document once *item* is inserted, with the first choice in each of its fields."""
    lines = text.replace(CURSOR, "").split("\n")
    edit = item.get("textEdit") or {"newText": item["insertText"], "range": _cursor(text)}
    start, stop = edit["range"]["start"], edit["range"]["end"]
    # An editor indents further lines as the line is in which the cursor stands.
    first = lines[start["line"]]
    indentation = first[: len(first) - len(first.lstrip(" "))][: start["character"]]
    inserted = _filled(edit["newText"]).replace("\n", f"\n{indentation}")
    lines[start["line"] : stop["line"] + 1] = [
        first[: start["character"]] + inserted + lines[stop["line"]][stop["character"] :]
    ]
    return "\n".join(lines)


def _cursor(text: str) -> Message:
    before = text.partition(CURSOR)[0]
    position = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
    return {"start": position, "end": position}


def _filled(snippet: str) -> str:
    filled = _FIELD.sub(lambda field: field[1] or field[2] or "", snippet)
    return re.sub(r"\\([$}\\])", r"\1", filled)
