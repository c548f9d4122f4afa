"""Random projects of several files and targets plan as what they come to, merged by an oracle of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path, PurePosixPath
from random import Random
from typing import Any

import pytest

from syntask_yaml.backend.embedded import EmbeddedBackend
from syntask_yaml.model.deployment import Deployment
from syntask_yaml.operations.deploy_context import DeployContext
from syntask_yaml.operations.plan import make_plan
from syntask_yaml.operations.project import ProjectLocation, open_project
from syntask_yaml.operations.request import Request
from syntask_yaml.operations.selection import Selection
from syntask_yaml.project.flows import FlowReader
from tests.support.memory import MemoryBackend

FLOW = "from syntask import flow\n\n\n@flow\ndef f(x=None, y=None, z=None) -> None: ...\n"
# Each file, and those that include it, the opened one first.
CHAINS: Mapping[str, tuple[str, ...]] = {
    "syntask.yaml": (),
    "c.yaml": ("syntask.yaml",),
    "a/t.yaml": ("syntask.yaml",),
    "a/b/t.yaml": ("syntask.yaml", "a/t.yaml"),
    "d e/t.yaml": ("syntask.yaml",),
}
INCLUDES = {
    "syntask.yaml": (["c.yaml", "a/t.yaml", "d e/t.yaml"], ["[c]*.yaml", "a/*.yaml", "d*/t.yaml"]),
    "a/t.yaml": ("b/t.yaml", ["*/t.yaml"], ["b/*.yaml"]),
}
VALUES = {"v": 3, "s": "x-{{ values.v }}"}
KINDS: Mapping[str, dict[str, Any]] = {
    "prod": {},
    "dev": {"mode": "development"},
    "pre": {"name_prefix": "pr-{{ $PR }}-"},
}
PREFIXES = {"prod": "", "dev": "dev-{{ $USER }}-", "pre": "pr-{{ $PR }}-"}
ENVIRON = {"USER": "kim", "PR": "7"}


class Tree(dict[str, Any]):
    """A mapping that knows which of its keys ever had a value: null removes those, and is one for others."""

    def __init__(self) -> None:
        super().__init__()
        self.had: set[str] = set()

    def put(self, layer: Mapping[str, Any]) -> Tree:
        for key, value in sorted(layer.items(), key=lambda pair: pair[0].endswith("+")):
            name, below = key.removesuffix("+"), self.get(key.removesuffix("+"))
            if key.endswith("+"):
                self[name] = [*(below or []), *value]
            elif isinstance(value, dict):
                self[name] = (below if isinstance(below, Tree) else Tree()).put(value)
            else:
                self[name] = value
            self.had |= {name} if value is not None else set()
        return self

    def settled(self) -> dict[str, Any]:
        kept = {key: value for key, value in self.items() if value is not None or key not in self.had}
        return {key: value.settled() if isinstance(value, Tree) else value for key, value in kept.items()}


def some(random: Random, names: str) -> list[str]:
    return random.sample(names, random.randint(0, len(names)))


def fields(random: Random) -> dict[str, Any]:
    """What a layer says of a deployment."""
    number = random.randint(0, 9)
    parameters: dict[str, Any] = {
        "x": random.choice([number, None, "{{ values.v }}", [1, number]]),
        "y": random.choice([number, None, "p-{{ values.s }}", True]),
        "z": random.choice([None, {"q": number}, {"r": "{{ values.v }}"}]),
    }
    schedules = [{"cron": f"{number} 6 * * *", "slug": f"s{random.randrange(10**9)}"}]
    every: dict[str, Any] = {
        random.choice(["tags", "tags+"]): some(random, "abc"),
        "parameters": {key: parameters[key] for key in some(random, "xyz")},
        "description": random.choice(["one: 1", "# two", "ü", None]),
        "work_pool": {"job_variables": {"env": {key: str(number) for key in some(random, "AB")}}},
        random.choice(["schedules", "schedules+"]): schedules[: random.randint(0, 1)],
        "paused": random.choice([True, False]),
        "concurrency_limit": random.choice([number + 1, None]),
    }
    return {key: value for key, value in every.items() if random.random() < 0.4}


def filled(value: Any, values: Mapping[str, Any]) -> Any:
    """*value* with what `{{ values.… }}` stands for."""
    if isinstance(value, dict):
        return {key: filled(item, values) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, values) for item in value]
    known = {"{{ values.v }}": values["v"], "p-{{ values.s }}": f"p-x-{values['v']}"}
    return known.get(value, value) if isinstance(value, str) else value


def as_yaml(content: Any, anchors: dict[str, str]) -> str:
    """*content* in brackets; parameters that are there a second time are an alias of the first."""
    if isinstance(content, list):
        return f"[{', '.join(as_yaml(each, anchors) for each in content)}]"
    if not isinstance(content, dict):
        return json.dumps(content, ensure_ascii=False)
    items = []
    for key, value in content.items():
        text = as_yaml(value, anchors)
        if key == "parameters" and value and "&" not in text:
            is_known, name = text in anchors, anchors.setdefault(text, f"n{len(anchors)}")
            text = f"*{name} " if is_known else f"&{name} {text}"
        items.append(f"{json.dumps(key)}: {text}")
    return f"{{{', '.join(items)}}}"


def planned(root: Path, target: str, backend: EmbeddedBackend) -> dict[str, Deployment]:
    project = open_project(ProjectLocation(directory=root, target=target))
    context = DeployContext(project=project, backend=backend, reader=FlowReader(root), environ=ENVIRON)
    changes = make_plan(context, Request(selection=Selection(all=True))).plan.changes
    writes = (change.write for change in changes)
    found = [write.after for write in writes if write is not None and write.after is not None]
    return {each.full_name: replace(each, version=None) for each in found}


class Parts:
    """What the files of a random project say."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.defaults = {name: fields(random) for name in CHAINS}
        self.homes = [random.choice(list(CHAINS)) for _ in range(random.randint(1, 6))]
        self.entries = [
            {"name": f"d{at}", "entrypoint": "flows.py:f", **fields(random)} for at in range(len(self.homes))
        ]
        self.targets = {
            name: {
                "defaults": fields(random),
                "values": {"v": random.randint(5, 9)},
                "deployments": {each["name"]: fields(random) for each in self.entries[::2]},
            }
            for name in KINDS
        }

    def file(self, name: str) -> dict[str, Any]:
        """The content of one file of several."""
        own = [each for each, home in zip(self.entries, self.homes, strict=True) if home == name]
        content: dict[str, Any] = {"deployments": own, "defaults": self.defaults[name]}
        if name in INCLUDES:
            content["include"] = self.random.choice(INCLUDES[name])
        if CHAINS[name]:
            return content
        targets = {each: {**KINDS[each], **self.targets[each]} for each in KINDS}
        values = {key: {"default": each} for key, each in VALUES.items()}
        return {**content, "name": "shop", "values": values, "targets": targets}

    def whole(self, target: str) -> dict[str, Any]:
        """The project as one file of one target, with nothing left to merge."""
        own, found = self.targets[target], []
        mode = {"tags+": ["dev"], "paused": True} if "mode" in KINDS[target] else {}
        for entry, home in zip(self.entries, self.homes, strict=True):
            tree = Tree()
            for name in (*CHAINS[home], home):
                tree.put(self.defaults[name])
            moved = {**entry, "entrypoint": str(PurePosixPath(home).parent / "flows.py:f")}
            tree.put(own["defaults"]).put(moved).put(mode).put(own["deployments"].get(entry["name"], {}))
            found.append(filled(tree.settled(), {**VALUES, **own["values"]}))
        targets = {target: {"name_prefix": PREFIXES[target]}}
        return {"name": "shop", "deployments": found, "targets": targets}


@pytest.mark.parametrize("seed", range(12))
def test_a_project_of_several_files_plans_as_what_it_comes_to(seed: int, tmp_path: Path) -> None:
    parts = Parts(Random(seed))
    for name in CHAINS:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(as_yaml(parts.file(name), {}), encoding="utf-8")
        (file.parent / "flows.py").write_text(FLOW, encoding="utf-8")
    with closing(MemoryBackend()) as backend:
        split = {target: planned(tmp_path, target, backend) for target in KINDS}
        for target in KINDS:
            (tmp_path / "syntask.yaml").write_text(json.dumps(parts.whole(target)), encoding="utf-8")
            assert planned(tmp_path, target, backend) == split[target]
            assert len(split[target]) == len(parts.entries)
