"""One slip is one message, in every command, and it names the deployments that it touches.

Each case is one slip in a sound project of `slips`, whose deployments share what they have: in `shop` through
`defaults`, anchors, merges, sections and resources, in `teams` through includes and targets.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.command import Ended, command

_PROJECTS = Path(__file__).parent / "slips"
_SAID = re.compile(r"^(?:error|warning): .* \[([a-z-]+)\]$", re.MULTILINE)
_NAMED = re.compile(r"^  in \d+ deployments: (.*)$", re.MULTILINE)

_ALL = {
    "validate": ["validate"],
    "plan": ["plan", "--all"],
    "render": ["render"],
    "deploy": ["deploy", "--all", "--keep-going", "--yes"],
}
# What only a backend or the environment shows.
_OFFLINE = frozenset({"validate"})
_ONLINE = frozenset(_ALL) - _OFFLINE
_SHOP = ("load/one", "load/two", "load/three")
_TEAMS = ("load/one", "load/two", "load/three", "load/four")
_FLOWS = "flows.py"
_TAGS = "  tags: [shop]\n"
_STEP = "  - syntask.deployments.steps.run_shell_script: {id: sha, script: echo abc, stream_output: false}\n"
_TEAM = "teams/a/syntask.yaml"


@dataclass(frozen=True)
class Slip:
    """*old* text of a file becomes *new*, wherever it stands; *code* is the message, *names* what it names.

    *said_by* are the commands that say it; the others have nothing to say. *unnamed_by* are those of them
    that do not know which deployments it touches.
    """

    old: str
    new: str
    code: str
    names: tuple[str, ...] = ()
    said_by: frozenset[str] = frozenset(_ALL)
    unnamed_by: frozenset[str] = frozenset()
    project: str = "shop"
    file: str = "syntask.yaml"


def teams(old: str, new: str, code: str, names: tuple[str, ...] = (), *, file: str = "syntask.yaml") -> Slip:
    return Slip(old, new, code, names, project="teams", file=file)


SLIPS = {
    # A key of the project that others depend on
    "values misspelt": Slip("\nvalues:", "\nvalue:", "unknown-key"),
    "values of another type": Slip(
        "values:\n  bucket: {default: dev-bucket}\n  days: {default: 3}",
        "values: [a]",
        "wrong-type",
    ),
    "defaults misspelt": Slip("\ndefaults:", "\ndefault:", "unknown-key"),
    "build misspelt": Slip("\nbuild:", "\nbuilds:", "unknown-key"),
    "a build step of another type": Slip(
        _STEP,
        "  - 5\n",
        "wrong-type",
        _SHOP,
    ),
    "deployments misspelt": Slip("\ndeployments:", "\ndeployment:", "unknown-key"),
    "an anchor misspelt": Slip("&nightly", "&nightlyy", "undefined-alias"),
    "a merge of a number": Slip(
        "&common\n    description: common things\n    concurrency_limit: {limit: 2}",
        "&common 5",
        "merge-not-mapping",
    ),
    "a number for a key": Slip(_TAGS, _TAGS + "  5: x\n", "key-not-text"),
    # A misspelt key, and what seems to be missing
    "the default of a value misspelt": Slip("days: {default", "days: {defualt", "unknown-key"),
    "an empty value": Slip("  days: {default: 3}", "  days:", "wrong-type"),
    "the limit of a limit misspelt": Slip("{limit: 2", "{limt: 2", "unknown-key", _SHOP),
    "the block of an action misspelt": Slip("block: webhook", "blok: webhook", "unknown-key"),
    "the events of a trigger misspelt": Slip(
        _TAGS,
        _TAGS + "  triggers: [{expct: [a.b]}]\n",
        "unknown-key",
        _SHOP,
    ),
    "the promise of an SLA misspelt": Slip(
        _TAGS,
        _TAGS + "  sla: [{name: a, durtion: 5}]\n",
        "unknown-key",
        _SHOP,
    ),
    "a number in base 8": Slip('cron: "0 6 * * *"', "cron: 0100", "wrong-type", _SHOP),
    # What several deployments have from one place
    "a type in the defaults": Slip("tags: [shop]", "tags: {a: b}", "wrong-type", _SHOP),
    "a key in the defaults": Slip("  tags: [shop]", "  tag: [shop]", "unknown-key", _SHOP),
    "a key in an anchor": Slip('    cron: "0', '    corn: "0', "unknown-key", _SHOP),
    "a cron expression in an anchor": Slip("0 6 * * *", "0 25 * * *", "invalid-cron", _SHOP),
    "a type in a merge": Slip("description: common things", "description: [a]", "wrong-type", _SHOP),
    "an input of a shared step": Slip("      directory:", "      dirctory:", "unknown-input", _SHOP),
    "a parameter in the defaults": Slip("{source: orders}", "{suorce: orders}", "unknown-parameter", _SHOP),
    "an unset variable": Slip('WHO: "{{ $TEAM }}"', 'WHO: "{{ $TEEM }}"', "unset-name", _SHOP, _ONLINE),
    "a value of another type in a parameter": Slip(
        "{source: orders}", "{source: orders, days: '{{ values.bucket }}'}", "wrong-parameter", _SHOP
    ),
    "a parameter renamed in the flow": Slip(
        "source: str, days", "table: str, days", "unknown-parameter", _SHOP, file=_FLOWS
    ),
    "an unset variable in a value": Slip("dev-bucket", "'{{ $TEEM }}'", "unset-name", _SHOP, _ONLINE),
    "a value that is not declared": Slip("{{ values.bucket }}", "{{ values.buckt }}", "unset-name", _SHOP),
    # Resources, and what needs them
    "the type of a work pool": Slip(
        "type: process", "type: proces", "unserved-work-pool", _SHOP, unnamed_by=_OFFLINE
    ),
    "the limit of a work pool": Slip(
        "concurrency_limit: 10", "concurrency_limit: '{{ $TEEM }}'", "unset-name", _SHOP, _ONLINE
    ),
    "the name of a work pool": Slip("    name: small", "    name: smal", "unknown-work-pool", _SHOP, _ONLINE),
    "a paused work pool": Slip(
        "type: process", "type: process\n      paused: true", "idle-work-pool", _SHOP, _ONLINE
    ),
    "the priority of a queue": Slip("priority: 1", "priority: '{{ $TEEM }}'", "unset-name", _SHOP, _ONLINE),
    "a secret that is not set": Slip(
        '{value: "{{ $TEAM }}"}', '{value: "{{ $TEEM }}"}', "unset-name", _SHOP, _ONLINE
    ),
    "a secret without its field": Slip(
        '{value: "{{ $TEAM }}"}', '{vaule: "{{ $TEAM }}"}', "wrong-value", _SHOP, unnamed_by=_OFFLINE
    ),
    "a secret that is no text": Slip('{value: "{{ $TEAM }}"}', "{value: 5}", "wrong-value", _SHOP, _ONLINE),
    "the type of a block": Slip(
        "secret/api-key:", "secrt/api-key:", "unknown-block", _SHOP, unnamed_by=_OFFLINE
    ),
    "the name of a block": Slip(
        "blocks.secret.api-key", "blocks.secret.api-kee", "unknown-block", _SHOP, _ONLINE
    ),
    "a variable that is not set": Slip(
        "region: eu-central-1", "region: '{{ $TEEM }}'", "unset-name", _SHOP, _ONLINE
    ),
    "the name of a variable": Slip("variables.region", "variables.regoin", "unset-name", _SHOP, _ONLINE),
    "the block of an automation": Slip("{url:", "{ulr:", "wrong-value"),
    "the event of an automation": Slip("flow-run.Failed", "flow-run.Faild", "unknown-event"),
    "a build step that fails": Slip(
        "script: echo abc", "script: 'false'", "step-failed", _SHOP, frozenset({"deploy"})
    ),
    # The code of the flows
    "a flow renamed": Slip("def load(", "def laod(", "flow-not-found", _SHOP, file=_FLOWS),
    "a syntax error": Slip("def load(", "def load((", "flow-not-found", _SHOP, file=_FLOWS),
    "an entrypoint without a flow": Slip(
        "flows.py:load", "flows.py", "invalid-entrypoint", ("one", "two", "three")
    ),
    "an annotation that is not defined": Slip(
        "source: str, days", "source: Strr, days", "no-parameter-schema", _SHOP, file=_FLOWS
    ),
    # Files and targets
    "an include that matches nothing": teams("teams/*/syntask", "team/*/syntask", "include-failed"),
    "an include of all files": teams("teams/*/syntask.yaml", "teams/*/*", "include-failed"),
    "an include of another type": teams("[teams/*/syntask.yaml]", "{a: b}", "wrong-type"),
    "deployments of a file misspelt": teams("deployments:", "deploymnts:", "unknown-key", file=_TEAM),
    "a file that is not YAML": teams("defaults: {", "defaults: {{", "key-not-text", file=_TEAM),
    "defaults of another type in a file": teams(
        "{description: of a}", "{parameters: [a]}", "wrong-type", _TEAMS[:2], file=_TEAM
    ),
    "defaults of another type in a target": teams(
        "mode: development", "mode: development, defaults: {parameters: [a]}", "wrong-type", _TEAMS
    ),
    "a name twice": teams("name: three", "name: one", "duplicate-deployment", file="teams/b/syntask.yaml"),
    "values misspelt, of which a target has some": teams("\nvalues:", "\nvalus:", "unknown-key"),
    "a parameter of four deployments in two targets": teams(
        '{source: "{{ values.bucket }}"}', "{suorce: x}", "unknown-parameter", _TEAMS
    ),
    "a syntax error in a flow that a target changes": teams(
        "def load(", "def load((", "flow-not-found", _TEAMS[:2], file="teams/a/flows.py"
    ),
    "the default target misspelt": teams("{default: true", "{defualt: true", "unknown-key"),
    "targets misspelt": teams("\ntargets:", "\ntarget:", "unknown-key"),
    "the protection of another type": teams("mode: development", "protected: 5", "wrong-type"),
}


@pytest.fixture(name="project")
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in [each for each in os.environ if each.startswith(("SYNTASK_", "PREFECT_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TEAM", "data")
    monkeypatch.setenv("HERE", str(tmp_path))
    monkeypatch.setenv("USER", "me")
    (tmp_path / "work").mkdir()
    with chdir(tmp_path / "work"):
        yield tmp_path / "work"


def said(ended: Ended) -> list[str]:
    return _SAID.findall(ended.text)


@pytest.mark.parametrize("name", ["shop", "teams"])
def test_the_projects_are_sound(name: str, project: Path) -> None:
    shutil.copytree(_PROJECTS / name, project, dirs_exist_ok=True)

    ended = {each: command(arguments) for each, arguments in _ALL.items()}

    assert {each: (done.code, said(done)) for each, done in ended.items()} == dict.fromkeys(_ALL, (0, []))


@pytest.mark.parametrize("what", SLIPS)
def test_one_slip_is_one_message(what: str, project: Path) -> None:
    slip = SLIPS[what]
    shutil.copytree(_PROJECTS / slip.project, project, dirs_exist_ok=True)
    file = project / slip.file
    text = file.read_text(encoding="utf-8")
    assert slip.old in text
    file.write_text(text.replace(slip.old, slip.new), encoding="utf-8")

    for each, arguments in _ALL.items():
        done = command(arguments)
        assert said(done) == ([slip.code] if each in slip.said_by else []), f"{each}\n{done.text}"
        if each in slip.said_by:
            named = ", ".join(_NAMED.findall(done.text)).replace("dev-me-", "")
            names = () if each in slip.unnamed_by else slip.names
            assert named == ", ".join(f"`{name}`" for name in names), f"{each}\n{done.text}"
