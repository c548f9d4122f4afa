"""Taking an entrypoint apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syntask_yaml.errors import SyntaskError
from syntask_yaml.pysource.entrypoint import Entrypoint, InvalidEntrypoint, parse_entrypoint
from tests.unit.project.flows.conftest import outcome


@pytest.mark.parametrize(
    ("text", "path", "module", "function"),
    [
        ("etl.py:run", "etl.py", None, "run"),
        ("flows/etl.py:run", "flows/etl.py", None, "run"),
        ("./flows/etl.py:run", "flows/etl.py", None, "run"),
        ("../flows/etl.py:run", "../flows/etl.py", None, "run"),
        ("flows/./etl.py:Etl.run", "flows/etl.py", None, "Etl.run"),
        (r".\flows\etl.py:run", "flows/etl.py", None, "run"),
        ("C:/code/etl.py:run", "C:/code/etl.py", None, "run"),
        (r"C:\code\etl.py:run", "C:/code/etl.py", None, "run"),
        ("/srv/etl.py:run", "/srv/etl.py", None, "run"),
        ("a:b/etl.py:run", "a:b/etl.py", None, "run"),
        ("flows/etl:run", "flows/etl", None, "run"),
        ("package.module:run", None, "package.module", "run"),
        ("package.module:Etl.run", None, "package.module", "Etl.run"),
        ("module:run", None, "module", "run"),
        ("package.module.run", None, "package.module", "run"),
        ("module.run", None, "module", "run"),
        ("paket.bücher:lauf", None, "paket.bücher", "lauf"),
    ],
)
def test_an_entrypoint_names_a_file_or_a_module_and_a_function(
    text: str, path: str | None, module: str | None, function: str
) -> None:
    assert Entrypoint(text, path, module, function) == parse_entrypoint(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "Write `file.py:function` or `package.module.function`."),
        ("run", "Write `file.py:function` or `package.module.function`."),
        ("package.module.", "Write `file.py:function` or `package.module.function`."),
        (".run", "Write `file.py:function` or `package.module.function`."),
        ("two words", "Write `file.py:function` or `package.module.function`."),
        ("./etl.py", "Write `etl.py:function`."),
        (r"C:\code\etl.py", "Write `C:/code/etl.py:function`."),
        ("C:/code/etl.py", "Write `C:/code/etl.py:function`."),
        ("etl.py:", "Write `file.py:function`."),
        ("etl.py:1st", "Write `file.py:function`."),
        ("etl.py:run()", "Write `file.py:function`."),
        ("etl.py:Etl..run", "Write `file.py:function`."),
        (":run", "Write `file.py:function`."),
        ("a:b:run", "Write `file.py:function`."),
    ],
)
def test_what_is_no_entrypoint_is_refused_with_the_way_to_write_one(text: str, hint: str) -> None:
    with pytest.raises(InvalidEntrypoint) as caught:
        parse_entrypoint(text)

    assert caught.value.code == "invalid-entrypoint"
    assert caught.value.hint == hint
    assert f"`{text}`" in caught.value.detail


@given(st.text(st.sampled_from("abC.:/\\_ 1é\0\n"), max_size=20))
def test_any_text_is_an_entrypoint_or_refused(text: str) -> None:
    entrypoint = outcome(lambda: parse_entrypoint(text))

    if isinstance(entrypoint, SyntaskError):
        assert entrypoint.detail.endswith(".")
    else:
        assert (entrypoint.path is None) != (entrypoint.module is None)
        assert all(part.isidentifier() for part in entrypoint.function.split("."))
