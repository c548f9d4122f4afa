"""Signatures that nobody thought of: whatever is made of their source, it is not wrong."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from syntask_yaml.project.flows.schema.encode import encode
from tests.unit.project.flows.conftest import read_source
from tests.unit.project.flows.judge import judged, loaded, silence
from tests.unit.project.flows.signatures import PRELUDE

NAMES = st.sampled_from(
    """
    int str float bool None Any date timedelta Path Decimal UUID bytes list dict tuple Callable HttpUrl
    SecretStr Color Level Inner Row Table Point Plain Percent UserId Lazy Number Undefined Literal[1]
    Literal['a','b']
    """.split()
)
LIMITS = st.sampled_from(
    """
    Field(ge=1) Field(min_length=1) Field(description='d') Field(pattern='a') Field(title='T',le=3) Gt(0)
    Len(1,3) 'remark' Field(examples=[1]) AfterValidator(abs)
    """.split()
)
GENERIC = st.sampled_from(
    """
    Optional[{}] list[{}] List[{}] set[{}] dict[str,{}] Sequence[{}] tuple[{},...] {}|None dict[{},int]
    tuple[int,{}] Union[int,{}] Iterable[{}] Json[{}] type[{}]
    """.split()
)
DEFAULTS = st.just("") | st.sampled_from(
    """
    =None =1 ='a' =[] =Color.RED =Inner(a=1) =Field(3,description='q') =... =date(2024,1,1) =Path('a') =helper
    =(1,'a') ={'a':Level.LOW}
    """.split()
)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return (
        st.builds(lambda form, part: form.format(part), GENERIC, inner)
        | st.builds(lambda part, limit: f"Annotated[{part}, {limit}]", inner, LIMITS)
        | st.builds(lambda left, right: f"Union[{left}, {right}]", inner, inner)
        | st.builds(repr, inner)
    )


ANNOTATIONS = st.recursive(NAMES, _larger, max_leaves=4)
PARAMETERS = st.builds(lambda annotation, default: annotation + default, ANNOTATIONS, DEFAULTS)


@pytest.fixture(name="prelude", scope="module")
def _prelude() -> Mapping[str, Any]:
    return vars(loaded(PRELUDE))


def _unordered(schema: Any) -> Any:
    """Of two unions that differ in their order alone, Python keeps the one that it met first."""
    if isinstance(schema, list):
        return [_unordered(part) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    parts = {key: _unordered(part) for key, part in sorted(schema.items())}
    return {key: sorted(part, key=repr) if key == "anyOf" else part for key, part in parts.items()}


@settings(max_examples=400, deadline=None)
@given(parameters=st.lists(PARAMETERS, min_size=1, max_size=3), is_deferred=st.booleans())
def test_what_is_made_of_a_signature_is_what_prefect_makes_of_it(
    parameters: list[str], is_deferred: bool, prelude: Mapping[str, Any]
) -> None:
    """Where the source does not tell, or Prefect refuses the signature, nothing is to be compared."""
    signature = ", ".join(f"p{number}: {text}" for number, text in enumerate(parameters))
    head = "from __future__ import annotations\n" if is_deferred else ""
    function = f"@flow(validate_parameters=False)\ndef f(*, {signature}): ...\n"
    schema = read_source(f"{head}{PRELUDE}\n{function}").parameter_schema
    event("known" if schema is not None else "not known")
    if schema is None:
        return
    try:
        expected = judged(f"{head}{function}", prelude=prelude)
    except Exception as error:  # noqa: BLE001  # whatever Prefect says
        event(f"Prefect says {type(error).__name__}")
        return

    assert _unordered(expected) == _unordered(schema)


@pytest.fixture(name="pydantic", scope="module")
def _pydantic() -> Callable[[object], object]:
    with silence():
        from pydantic import TypeAdapter

    return lambda value: TypeAdapter(type(value)).dump_python(value, mode="json")


MOMENTS = (
    st.timedeltas()
    | st.dates()
    | st.datetimes(timezones=st.none() | st.just(datetime.UTC) | st.timezones())
    | st.times()
    | st.decimals()
    | st.uuids()
)


@settings(max_examples=300, deadline=None)
@given(value=MOMENTS)
def test_a_value_is_written_as_pydantic_writes_it(
    value: object, pydantic: Callable[[object], object]
) -> None:
    offset = value.utcoffset() if isinstance(value, datetime.datetime) else None
    assume(offset is None or not offset.total_seconds() % 60)

    assert pydantic(value) == encode(value)
