"""The schema of a flow's parameters is, key for key, the one that Prefect makes by loading the flow."""

from __future__ import annotations

import pytest

from syntask_yaml.project.flows import FlowReader
from tests.unit.project.flows.conftest import Project
from tests.unit.project.flows.declarations import KNOWN, UNKNOWN, source
from tests.unit.project.flows.judge import judged, loaded, schema_of
from tests.unit.project.flows.signatures import PRELUDE, listed

LISTED = listed()


def _function(number: int, signature: str) -> str:
    return f"\n\n@flow(validate_parameters=False)\ndef f{number}({signature}): ..."


@pytest.fixture(name="reader", scope="module")
def _reader(tmp_path_factory: pytest.TempPathFactory) -> FlowReader:
    root = tmp_path_factory.mktemp("signatures")
    (root / "flows.py").write_text(_all(), encoding="utf-8")
    return FlowReader(root, load_in_child=False)


@pytest.fixture(name="prefect", scope="module")
def _prefect() -> object:
    return loaded(_all())


def _all() -> str:
    return PRELUDE + "".join(_function(number, signature) for number, (_, signature) in enumerate(LISTED))


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
def test_what_the_source_does_not_tell_is_not_guessed(case: str, project: Project) -> None:
    project.write("flows.py", source(case, PRELUDE))

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
        'x: "list[int]", y: "int"',
    ],
)
def test_a_flow_is_read_as_of_its_own_line(signature: str, decorator: str, project: Project) -> None:
    """The decorator looks names up at once; of a plain function they are looked up when all is there."""
    text = f"""{PRELUDE}
class Holder(BaseModel):
    a: "Optional[Later]" = None

{decorator}def f({signature}): ...

class Later(BaseModel):
    b: int
"""
    (project.root / "flows.py").write_text(text, encoding="utf-8")

    assert judged(text) == project.read("flows.py:f").parameter_schema


def test_a_flow_made_by_a_call_is_read_as_of_the_line_of_the_call(project: Project) -> None:
    text = f"""{PRELUDE}
def work(x: "Later"): ...

early = flow(work, validate_parameters=False)

class Later(BaseModel):
    b: int

f = flow(work, validate_parameters=False)
"""
    (project.root / "flows.py").write_text(text, encoding="utf-8")
    reader = project.reader()
    module = loaded(text)

    assert schema_of(module.early) == reader.read("flows.py:early").parameter_schema
    assert schema_of(module.f) == reader.read("flows.py:f").parameter_schema


def test_numbers_that_json_does_not_have_are_null(project: Project) -> None:
    """Prefect has them as they are, and its server gets null."""
    project.write("flows.py", "def f(x: float = float('inf'), y=[float('nan')], z=-float('inf')): ...")

    schema = project.read("flows.py:f").parameter_schema

    assert schema is not None
    assert [schema["properties"][name]["default"] for name in "xyz"] == [None, [None], None]
