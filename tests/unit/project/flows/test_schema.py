"""The schema of a flow's parameters is, key for key, the one that Prefect makes by loading the flow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from syntask_yaml.project.flows import FlowReader
from tests.support.prefect_server import NEWER, missing
from tests.unit.project.flows.conftest import Project, read_source
from tests.unit.project.flows.declarations import KNOWN, UNKNOWN, source
from tests.unit.project.flows.judge import judged, judged_elsewhere, loaded, schema_of
from tests.unit.project.flows.signatures import LISTED, PRELUDE, all_listed


@pytest.fixture(name="reader", scope="module")
def _reader(tmp_path_factory: pytest.TempPathFactory) -> FlowReader:
    root = tmp_path_factory.mktemp("signatures")
    (root / "flows.py").write_text(all_listed(), encoding="utf-8")
    return FlowReader(root, load_in_child=False)


@pytest.fixture(name="prefect", scope="module")
def _prefect() -> object:
    return loaded(all_listed())


@pytest.mark.parametrize("number", range(len(LISTED)), ids=[f"{theme}: {line}" for theme, line in LISTED])
def test_a_signature_is_known_from_its_source(number: int, reader: FlowReader, prefect: object) -> None:
    flow = reader.read(f"flows.py:f{number}")

    assert schema_of(getattr(prefect, f"f{number}")) == flow.parameter_schema
    assert flow.notes == ()


@pytest.mark.parametrize("head", ["", "from __future__ import annotations"], ids=["eager", "deferred"])
@pytest.mark.parametrize("case", KNOWN.values(), ids=KNOWN)
def test_classes_are_known_from_their_source(case: str, head: str, project: Project) -> None:
    text = source(case, head + PRELUDE)
    project.write("flows.py", text)

    flow = project.read("flows.py:f")

    assert judged(text) == flow.parameter_schema
    assert flow.notes == ()


@pytest.mark.parametrize("case", UNKNOWN.values(), ids=UNKNOWN)
@pytest.mark.parametrize("head", ["", "from __future__ import annotations"], ids=["eager", "deferred"])
def test_what_the_source_does_not_tell_is_not_guessed(case: str, head: str, project: Project) -> None:
    project.write("flows.py", source(case, head + PRELUDE))

    flow = project.read("flows.py:f")

    assert flow.parameter_schema is None
    assert len(flow.notes) == 1


@pytest.mark.parametrize(
    "decorator", ["@flow(validate_parameters=False)\n", ""], ids=["a flow", "a plain function"]
)
@pytest.mark.parametrize(
    "signature",
    [
        'x: "Later", y: "Optional[int]" = None',
        'x: "Holder", y: "Optional[int]" = None',
        "x: Holder",
        'x: "list[int]", y: "int"',
    ],
)
def test_classes_below_the_flow_belong_to_its_schema(
    signature: str, decorator: str, project: Project
) -> None:
    """A deploy makes the schema when the whole module is there."""
    text = f"""{PRELUDE}
class Holder(BaseModel):
    a: "Optional[Later]" = None

{decorator}def f({signature}): ...

class Later(BaseModel):
    b: int
"""
    (project.root / "flows.py").write_text(text, encoding="utf-8")

    assert judged(text) == project.read("flows.py:f").parameter_schema


def test_a_parameter_that_takes_any_number_of_values_is_never_missing(project: Project) -> None:
    project.write("flows.py", "def f(x: int, *args: int, **kwargs): ...")

    schema = project.read("flows.py:f").parameter_schema

    assert schema is not None
    assert schema["required"] == ["x"]
    assert [schema["properties"][name]["default"] for name in ("args", "kwargs")] == [[], {}]


def test_numbers_that_json_does_not_have_are_null(project: Project) -> None:
    """Prefect has them as they are, and its server gets null."""
    project.write("flows.py", "def f(x: float = float('inf'), y=[float('nan')], z=-float('inf')): ...")

    schema = project.read("flows.py:f").parameter_schema

    assert schema is not None
    assert [schema["properties"][name]["default"] for name in "xyz"] == [None, [None], None]


HEADS = {"eager": "", "deferred": "from __future__ import annotations"}


CASES = {f"{case}, {head}": source(KNOWN[case], HEADS[head] + PRELUDE) for case in KNOWN for head in HEADS}


@pytest.fixture(name="newer", scope="module")
def _newer() -> Mapping[str, Mapping[str, Any]]:
    """The schemas of all of them, from one process."""
    if reason := missing(NEWER):
        pytest.skip(reason)
    return judged_elsewhere(NEWER, {"listed": all_listed(), **CASES})


@pytest.mark.parametrize("number", range(len(LISTED)), ids=[f"{theme}: {line}" for theme, line in LISTED])
def test_a_signature_is_as_the_newer_prefect_has_it(
    number: int, reader: FlowReader, newer: Mapping[str, Mapping[str, Any]]
) -> None:
    flow = reader.read(f"flows.py:f{number}")

    assert newer["listed"][f"f{number}"] == flow.parameter_schema


@pytest.mark.parametrize("case", CASES)
def test_classes_are_as_the_newer_prefect_has_them(case: str, newer: Mapping[str, Mapping[str, Any]]) -> None:
    assert newer[case]["f"] == read_source(CASES[case]).parameter_schema
