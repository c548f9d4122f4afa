"""Ask yaml-language-server what it inserts: `python editor.py SERVER SCHEMA`, with cases on standard input.

A case is a label, a line with `=`, and a document whose cursor is `‸`; a line of `--` ends it. Printed is the
document once the completion with that label is accepted, or what is offered if there is none.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

SERVER, SCHEMA = sys.argv[1:]
SETTINGS = {
    "yaml": {
        "schemas": {SCHEMA: "*.yaml"},
        "schemaStore": {"enable": False},
        "kubernetesCRDStore": {"enable": False},
        "validate": True,
        "completion": True,
    }
}
CLIENT = {
    "workspace": {"configuration": True},
    "textDocument": {"completion": {"completionItem": {"snippetSupport": True}}},
}


def send(message: dict[str, Any]) -> None:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    server.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    server.stdin.flush()


def receive() -> dict[str, Any]:
    length = 0
    while line := server.stdout.readline().strip():
        length = int(line.partition(b":")[2]) if line.lower().startswith(b"content-length") else length
    message = json.loads(server.stdout.read(length))
    if message.get("method") == "workspace/configuration":
        result = [SETTINGS.get(each["section"]) for each in message["params"]["items"]]
        send({"id": message["id"], "result": result})
    return message


def ask(number: int, method: str, params: dict[str, Any]) -> Any:
    send({"id": number, "method": method, "params": params})
    while True:
        message = receive()
        if message.get("id") == number and "method" not in message:
            return message["result"]


def complete(number: int, text: str) -> list[Any]:
    before, _, after = text.partition("‸")
    document = {"uri": f"file:///{number}.yaml", "languageId": "yaml", "version": 1, "text": before + after}
    send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
    while receive().get("method") != "textDocument/publishDiagnostics":
        pass
    position = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
    where = {"textDocument": {"uri": document["uri"]}, "position": position}
    return ask(number, "textDocument/completion", where)["items"]


def accepted(text: str, item: Any) -> str:
    """As editors do it: further lines are indented as the line of the cursor is."""
    lines = text.replace("‸", "").split("\n")
    span = item["textEdit"]["range"]
    row, start, end = span["start"]["line"], span["start"]["character"], span["end"]["character"]
    indentation = re.match(" *", lines[row])[0]
    snippet = re.sub(r"\$\{\d+:([^}]*)\}|\$\d+", lambda field: field[1] or "", item["textEdit"]["newText"])
    inserted = snippet.replace("\n", "\n" + indentation)
    lines[row] = lines[row][:start] + inserted + lines[row][end:]
    return re.sub(" +\n", "\n", "\n".join(lines))


server: Any = subprocess.Popen([SERVER, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
folder = Path(SCHEMA).parent.as_uri()
ask(0, "initialize", {"processId": None, "rootUri": folder, "capabilities": CLIENT})
send({"method": "initialized", "params": {}})
for number, case in enumerate(sys.stdin.read().split("--\n")[:-1], start=1):
    label, _, text = case.partition("\n=\n")
    items = complete(number, text)
    for item in items:
        if item["label"] == label:
            print(accepted(text, item).rstrip("\n"))
    if label not in [item["label"] for item in items]:
        print("offered:", *sorted({item["label"] for item in items}))
    print("--")
server.kill()
server.wait()
