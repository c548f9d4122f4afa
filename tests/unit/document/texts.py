"""Random YAML: data in random styles, with anchors, aliases and merge keys."""

from __future__ import annotations

import string
from typing import Any

import yaml
from hypothesis import strategies as st

KEYS = st.sampled_from([*"abcdef", "a b", "a-b", "x,y", "<<", "1", "true", "", "é", "k: v", "#k", "'q'"])
WORDS = st.text(alphabet=string.ascii_letters + " ,:#-[]{}&*!|>'\"%@`\\é\n", max_size=30)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    WORDS,
    st.text(max_size=20),
    st.dates(),
    st.sampled_from(
        ["0b1", "0x1F", "010", "1:30:00", "1_000", "yes", "on", "~", "null", "=", "<<", "1e5", ".5"]
    ),
)


@st.composite
def data(draw: st.DrawFn) -> Any:
    """Data in which the same object may stand in several places, which makes anchors and aliases."""
    shared: list[Any] = []
    for _ in range(draw(st.integers(0, 3))):
        inner = st.one_of(SCALARS, *(st.just(each) for each in shared))
        shared.append(draw(st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3))))
    leaves = st.one_of(SCALARS, *(st.just(each) for each in shared))
    return draw(
        st.recursive(
            leaves,
            lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
            max_leaves=20,
        )
    )


STYLES: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "default_style": st.sampled_from([None, None, None, '"', "'", "|", ">"]),
        "default_flow_style": st.sampled_from([None, True, False]),
        "width": st.sampled_from([20, 80, 1000]),
        "indent": st.sampled_from([2, 4]),
        "allow_unicode": st.booleans(),
        "explicit_start": st.booleans(),
        "line_break": st.sampled_from(["\n", "\r\n"]),
    }
)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Random data in a random style."""
    text: str = yaml.safe_dump(draw(data()), **draw(STYLES))
    return draw(st.sampled_from([text, text.rstrip("\r\n"), f"# é\n{text}"]))


@st.composite
def merging_texts(draw: st.DrawFn) -> str:
    """Mappings that merge earlier ones: one, several, nested, with keys of their own before and after."""
    lines = []
    for number in range(draw(st.integers(1, 6))):
        parts = [f"{draw(st.sampled_from('abcd'))}{index or ''}: {number}{index}" for index in range(2)]
        for _ in range(draw(st.sampled_from([0, 1, 1, 1, 2]))):
            parts.insert(draw(st.integers(0, len(parts))), f"<<: {draw(_merged(number))}")
        lines.append(f"m{number}: &m{number} {{{', '.join(dict.fromkeys(parts))}}}")
    return "\n".join(lines) + "\n"


@st.composite
def _merged(draw: st.DrawFn, number: int) -> str:
    inline = "{a: inline, a1: inline, z: inline}"
    known = [f"*m{index}" for index in range(number)]
    one = st.sampled_from([*known, inline])
    return draw(one | st.lists(one, max_size=3).map(lambda several: f"[{', '.join(several)}]"))
