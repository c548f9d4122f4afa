"""Signatures that nobody thought of: whatever is made of their source, it is not wrong.

SYNTASK_TORTURE_SIGNATURES says how many; `make torture` tries four thousand.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.unit.project.flows.conftest import read_source
from tests.unit.project.flows.judge import judged, loaded
from tests.unit.project.flows.signatures import PRELUDE

SIGNATURES = int(os.environ.get("SYNTASK_TORTURE_SIGNATURES", "160"))
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


@settings(max_examples=SIGNATURES, deadline=None)
@given(parameters=st.lists(PARAMETERS, min_size=1, max_size=3), is_deferred=st.booleans())
def test_what_is_made_of_a_signature_is_what_prefect_makes_of_it(
    parameters: list[str], is_deferred: bool, prelude: Mapping[str, Any]
) -> None:
    signature = ", ".join(f"p{number}: {text}" for number, text in enumerate(parameters))
    _compare(f"@flow(validate_parameters=False)\ndef f(*, {signature}): ...\n", prelude, is_deferred)


def _compare(source: str, prelude: Mapping[str, Any], is_deferred: bool) -> None:
    """Where the source does not tell, or Prefect refuses the signature, nothing is to be compared."""
    head = "from __future__ import annotations\n" if is_deferred else ""
    schema = read_source(f"{head}{PRELUDE}\n{source}").parameter_schema
    event("known" if schema is not None else "not known")
    if schema is None:
        return
    try:
        expected = judged(head + source, prelude=prelude)
    except Exception as error:  # noqa: BLE001  # whatever Prefect says
        event(f"Prefect says {type(error).__name__}")
        return

    assert _unordered(expected) == _unordered(schema)


HEADS = st.sampled_from(
    [
        "class K(BaseModel):",
        "class K(BaseModel, extra='forbid'):",
        "class K(Inner):",
        "class K(Tree):",
        "class K(Plain, BaseModel):",
        "@dataclass\nclass K:",
        "class K(NamedTuple):",
        "class K(te.TypedDict):",
        "class K(te.TypedDict, total=False):",
        "class K(Table):",
        "class K:",
    ]
)
MEMBERS = st.just("") | st.sampled_from(
    """
    =None =1 ='a' =... =2.5 =Color.RED =Inner(a=1) =Field(3,description='q') =Field(default_factory=list)
    =Field(title='K',description='Doc.') =Field(ge=1,le=5) =Field(None,alias='al',examples=[1])
    =dc.field(default=3) =dc.field(default_factory=list) =Field(deprecated=True,json_schema_extra={'z':1})
    """.split()
)
HELD = st.recursive(NAMES | st.sampled_from(["'K'", "Optional['K']", "list['K']"]), _larger, max_leaves=3)
FIELDS = st.lists(st.builds(lambda annotation, value: annotation + value, HELD, MEMBERS), max_size=3)
USES = st.sampled_from(
    ["K", "Optional[K]", "list[K]", "K | int", "dict[str, K]", "Annotated[K, Field(description='Doc.')]"]
)


@settings(max_examples=SIGNATURES // 2, deadline=None)
@given(head=HEADS, fields=FIELDS, use=USES, is_deferred=st.booleans())
def test_what_is_made_of_a_class_is_what_prefect_makes_of_it(
    head: str, fields: list[str], use: str, is_deferred: bool, prelude: Mapping[str, Any]
) -> None:
    body = "".join(f"    a{number}: {field}\n" for number, field in enumerate(fields))
    declared = f'{head}\n    "Doc."\n{body}\n'
    _compare(f"{declared}@flow(validate_parameters=False)\ndef f(K: {use}): ...\n", prelude, is_deferred)
