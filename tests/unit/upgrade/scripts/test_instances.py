"""Attributes of objects that the script, or another file, makes of classes that hold settings."""

from __future__ import annotations

import pytest

from tests.support.upgrading import OldRepository, codes

HEAD = """\
import os
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, NamedTuple
from prefect.deployments import Deployment
from pydantic_settings import BaseSettings
from free import free
"""
DATA = """\
@dataclass(frozen=True)
class Data:
    name: str
    queue: str = "fast"
    tags: list = field(default_factory=list)
    more: dict = field(default_factory=lambda: {"x": 1})
    kind: ClassVar[str] = "a"
    late: str = field(default="b")
"""
TUPLE = 'class Pair(NamedTuple):\n    flow: Any\n    name: str = "nightly"\n'
PLAIN = """\
class Plain:
    POOL = "pool"
    def __init__(self, name, stage="dev", late="a", *, queue="slow"):
        self.name: str = name
        self.both = f"{name}-{stage}"
        self.queue = queue
        self.tags = []
        self.tags.append("a")
        local = "here"
        self.local = local
        if stage:
            self.maybe = stage
        late = late.strip()
        self.late = late
    def set(self):
        self.queue_of_set = "a"
"""
VALUES = "class Values:\n    QUEUE = 'fast'\n"
SETTINGS = "class Settings(BaseSettings):\n    queue: str = 'fast'\n"


def described(old: OldRepository, head: str, text: str) -> tuple[object, set[str]]:
    """The description that is *text*, and the codes of what is reported."""
    old.write("free.py", "from prefect import flow\n\n\n@flow\ndef free(x=None):\n    pass\n")
    build = f'Deployment.build_from_flow(free, "nightly", description=str({text}), apply=True)\n'
    old.write("deploy.py", HEAD + head + build)
    (result,) = old.upgrade().results
    return result.entry.get("description"), codes(result.problems)


@pytest.mark.parametrize(
    ("head", "text", "value"),
    [
        (f"{DATA}c = Data('a')\n", "c.name", "a"),
        (f"{DATA}c = Data(name='a', queue='b')\n", "c.queue", "b"),
        (f"{DATA}c = Data('a')\n", "c.queue", "fast"),
        (f"{DATA}c = Data('a')\n", "c.late", "b"),
        (f"{DATA}", "Data('a').name", "a"),
        (f"{DATA}c = Data(Data('inner'))\n", "c.name.name", "inner"),
        (f"{DATA}c = Data(os.environ['A'])\n", "c.name", "{{ $A }}"),
        (f"{TUPLE}c = Pair(None, 'a')\n", "c.name", "a"),
        (f"{PLAIN}c = Plain('a')\n", "c.name", "a"),
        (f"{PLAIN}c = Plain('a', stage='b')\n", "c.both", "a-b"),
        (f"{PLAIN}c = Plain('a', queue='q')\n", "c.queue", "q"),
        (f"{PLAIN}c = Plain('a')\n", "c.queue", "slow"),
        (f"{PLAIN}c = Plain('a')\n", "c.local", "here"),
        (f"{PLAIN}c = Plain('a')\n", "c.POOL", "pool"),
        (f"{VALUES}c = Values()\n", "c.QUEUE", "fast"),
    ],
)
def test_it_is_known(old: OldRepository, head: str, text: str, value: str) -> None:
    assert described(old, head, text) == (value, set())


@pytest.mark.parametrize(
    ("head", "text"),
    [
        (f"{DATA}c = Data(input())\n", "c.name"),
        (f"{DATA}c = Data()\n", "c.name"),
        (f"{DATA}c = Data('a', 'b', 'c', 'd', 'e', 'f')\n", "c.name"),
        (f"{DATA}c = Data(*input())\n", "c.queue"),
        (f"{DATA}c = Data('a', **input())\n", "c.queue"),
        (f"{DATA}c = Data('a')\n", "c.none"),
        (f"{DATA}c = Data('a')\nc = replace(c, name='b')\n", "c.name"),
        (f"{DATA}c = Data('a')\nc.queue = 'b'\n", "c.queue"),
        (f"{DATA}c = Data('a')\nd = c\nd.queue = 'b'\n", "c.queue"),
        (f"{DATA}c = Data('a')\nsetattr(c, 'queue', 'b')\n", "c.queue"),
        (f"{DATA}    def __post_init__(self):\n        pass\nc = Data('a')\n", "c.queue"),
        (f"{DATA}    def __getattribute__(self, name):\n        return 'b'\nc = Data('a')\n", "c.queue"),
        (f"{DATA.replace('frozen=True', 'init=False')}c = Data('a')\n", "c.name"),
        (f"{DATA.replace('@dataclass', '@input()')}c = Data('a')\n", "c.name"),
        (f"{DATA.replace('class Data:', 'class Data(Base):')}c = Data('a')\n", "c.name"),
        (f"{PLAIN}c = Plain('a')\n", "c.maybe"),
        (f"{PLAIN}c = Plain('a')\n", "c.late"),
        (f"{PLAIN}c = Plain('a')\n", "c.queue_of_set"),
        (f"{PLAIN}c = Plain('a', 'b', 'c', 'd')\n", "c.queue"),
        (f"{PLAIN}c = Plain('a')\n", "c.set"),
        (f"{VALUES}c = Values('a')\n", "c.QUEUE"),
        (f"{VALUES}c = Values()\nc.QUEUE = 'b'\n", "c.QUEUE"),
        (f"{SETTINGS}c = Settings()\n", "c.queue"),
    ],
)
def test_only_running_the_script_tells(old: OldRepository, head: str, text: str) -> None:
    assert described(old, head, text) == (None, {"dynamic-value"})


@pytest.mark.parametrize(
    ("head", "tags"),
    [
        (f"{DATA}c = Data('a')\n", []),
        (f"{DATA}c = Data('a', tags=['b'])\n", ["b"]),
        (f"{DATA}c = Data('a', tags=['b'])\nc.tags.append('c')\n", None),
        (f"{DATA}c = Data('a', tags=['b'])\nc.tags[0] = 'c'\n", None),
        (f"{PLAIN}c = Plain('a')\n", None),
    ],
)
def test_a_list_that_changes_in_place_is_not_known(
    old: OldRepository, head: str, tags: list[str] | None
) -> None:
    old.write("free.py", "from prefect import flow\n\n\n@flow\ndef free(x=None):\n    pass\n")
    old.write("deploy.py", f"{HEAD}{head}Deployment.build_from_flow(free, 'a', tags=c.tags).apply()\n")

    (result,) = old.upgrade().results

    assert result.entry.get("tags", []) == (tags or [])
    assert codes(result.problems) == (set() if tags is not None else {"dynamic-value"})


def test_each_object_of_a_list_gives_a_flow_and_a_name(old: OldRepository) -> None:
    old.write("free.py", "from prefect import flow\n\n\n@flow\ndef free(x=None):\n    pass\n")
    each = "for each in [Pair(free, 'a'), Pair(flow=free)]:\n"
    call = "    Deployment.build_from_flow(each.flow, each.name).apply()\n"
    old.write("deploy.py", f"{HEAD}{TUPLE}{each}{call}")

    results = old.upgrade().results

    assert [result.entry["name"] for result in results] == ["a", "nightly"]
    assert {result.entry["entrypoint"] for result in results} == {"free.py:free"}


def test_an_object_of_another_file_is_followed(old: OldRepository) -> None:
    old.write("config.py", "\n" * 50 + f"from dataclasses import dataclass, field\n{DATA}c = Data('a')\n")

    assert described(old, "from config import c\n", "c.queue") == ("fast", set())


def test_a_flow_that_is_no_flow_there_is_reported_in_the_script(old: OldRepository) -> None:
    old.write("config.py", "\n" * 50 + f"from typing import Any, NamedTuple\n{TUPLE}c = Pair(input())\n")
    old.write("deploy.py", f"{HEAD}from config import c\nDeployment.build_from_flow(c.flow, 'a').apply()\n")

    (result,) = old.upgrade().results

    (problem,) = [each for each in result.problems if not each.is_note]
    assert "`c.flow`" in problem.detail
