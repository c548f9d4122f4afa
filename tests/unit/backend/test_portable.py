"""What only the embedded store takes is warned of when it is made; Prefect's own models are the measure."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prefect.server.schemas.actions import BlockDocumentCreate, VariableCreate, WorkPoolCreate
from pydantic import ValidationError

from syntask_yaml.backend.portable import check_portable
from syntask_yaml.model.block import Block, Variable
from syntask_yaml.model.pool import WorkPool

_NAMES = st.text("aZ09-_. é", min_size=1, max_size=8)


@settings(deadline=None)
@given(_NAMES | st.integers(250, 260).map("a".__mul__), st.integers(4990, 5010) | st.just(1))
def test_a_variable_is_warned_of_where_a_server_refuses_it(name: str, length: int) -> None:
    value = "x" * length
    try:
        VariableCreate(name=name, value=value)
    except ValidationError:
        is_refused = True
    else:
        is_refused = False

    assert bool(list(check_portable(Variable(name, value)))) == is_refused


@settings(deadline=None)
@given(_NAMES)
def test_a_block_is_warned_of_where_a_server_refuses_it(name: str) -> None:
    try:
        BlockDocumentCreate(name=name, block_schema_id=uuid4(), block_type_id=uuid4())
    except ValidationError:
        is_refused = True
    else:
        is_refused = False

    assert bool(list(check_portable(Block("secret", name)))) == is_refused


@pytest.mark.parametrize(
    ("name", "is_warned_of"), [("prefect-x", True), ("Prefect", True), ("own", False), ("my-prefect", False)]
)
def test_a_pool_of_the_reserved_prefix_is_warned_of(name: str, is_warned_of: bool) -> None:
    (*warnings,) = check_portable(WorkPool(name=name, type="process"))

    assert bool(warnings) == is_warned_of
    assert not any(warning.is_error for warning in warnings)


_PLACES = st.sampled_from(
    [
        "{{ a }}",
        "{{a}} and {{ b.c }}",
        "{{ $HOME }}",
        "{{ prefect.blocks.secret.x }}",
        "{{ é }}",
        "{ a }",
        1,
        None,
    ]
)
_JOBS = st.recursive(
    _PLACES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["k", "{{ a }}"]), inner),
)
_VARIABLES = st.dictionaries(st.sampled_from(["a", "b.c", "$HOME", "é"]), st.just({"type": "string"}))


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from("xy"), _JOBS, max_size=2),
    st.just({}) | _VARIABLES.map(lambda each: {"type": "object", "properties": each}),
)
def test_a_template_is_warned_of_where_a_server_refuses_it(
    jobs: dict[str, Any], variables: dict[str, Any]
) -> None:
    template = {"job_configuration": jobs, "variables": variables}
    try:
        WorkPoolCreate(name="own", type="process", base_job_template=template)
    except ValidationError:
        is_refused = True
    else:
        is_refused = False

    pool = WorkPool(name="own", type="process", base_job_template=template)
    assert bool(list(check_portable(pool))) == is_refused


def test_a_pool_without_a_template_has_that_of_its_type() -> None:
    assert list(check_portable(WorkPool(name="own", type="process"))) == []
