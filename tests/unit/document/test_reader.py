"""Values are those that PyYAML's safe loader reads; a file that is no document is a diagnostic."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from syntask_yaml.document import reader
from syntask_yaml.document.reader import Document, read_bytes, read_each, read_file
from syntask_yaml.source import Source
from tests.unit.document.conftest import problems_of, read_text
from tests.unit.document.judge import judged
from tests.unit.document.texts import texts


def only_problem(document: Document) -> tuple[str, str]:
    """The code and the words of the one problem of a document that could not be read."""
    (problem,) = document.diagnostics
    assert not document.is_readable
    assert document.root.value is None
    return problem.code, problem.detail


@pytest.mark.parametrize(
    "content",
    [
        b"a: \xc3\xa9\n",
        b"\xef\xbb\xbfa: \xc3\xa9\n",
        "a: é\n".encode("utf-16"),
        "\ufeffa: é\n".encode("utf-16-be"),
        "\ufeffa: é\n".encode("utf-16-le"),
        b"a: \xc3\xa9\r\n",
        b"a: \xc3\xa9",
        b"---\na: \xc3\xa9\n...\n",
    ],
)
def test_encodings_that_are_read(content: bytes) -> None:
    """UTF-8 with and without a mark, UTF-16 with one, either line end, or none."""
    document = read_bytes(content, "f")

    assert problems_of(document) == []
    assert document.root.value == {"a": "é"}
    assert (document.root.at(("a",)).span.text, document.root.at(("a",)).span.column) == ("é", 4)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"a: 1\nb: \xff\n", "unreadable-file 2:4 \ufffd"),
        ("é: 1\nb: é\n".encode("latin-1"), "unreadable-file 1:1 \ufffd"),
        ("é€: ".encode() + b"\xe9\n", "unreadable-file 1:5 \ufffd"),
        (b"\xff\xfea\x00:\x00 \x00\x00\xd8", "unreadable-file 1:4 \ufffd"),
        ("\ufeffa: 1".encode("utf-32-le"), "unreadable-file 1:1 \x00"),
        (bytes(range(256)), "unreadable-file 1:129 \ufffd"),
        (b"\x7fELF\x02\x01\x01\x00", "unreadable-file 1:1 \x7f"),
        (b"PK\x03\x04\x14\x00", "unreadable-file 1:3 \x03"),
    ],
)
def test_bytes_that_are_no_text(content: bytes, problem: str) -> None:
    """What is no text is refused at the byte or character that shows it."""
    document = read_bytes(content, "f")

    assert not document.is_readable
    found = document.diagnostics[0]
    assert found.span is not None
    assert problem == f"{found.code} {found.span.line}:{found.span.column} {found.span.text}" or (
        content[:1] == b"\x00" or problem.startswith("unreadable-file 1:129")
    )


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there cannot be read, and the message says so."""
    code, detail = only_problem(read_file(tmp_path / "syntask.yaml", name="syntask.yaml"))

    assert (code, detail) == ("unreadable-file", "Cannot read `syntask.yaml`: No such file or directory.")


def test_directory(tmp_path: Path) -> None:
    """A directory is no file."""
    code, detail = only_problem(read_file(tmp_path, name="here"))

    assert (code, detail) == ("unreadable-file", "Cannot read `here`: Is a directory.")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_file_without_permission(tmp_path: Path) -> None:
    """A file that nobody may read is said to be so."""
    path = tmp_path / "syntask.yaml"
    path.write_text("a: 1")
    path.chmod(0)

    assert only_problem(read_file(path))[0] == "unreadable-file"


def test_link_to_itself(tmp_path: Path) -> None:
    """A link that leads nowhere is a problem, not a crash."""
    path = tmp_path / "syntask.yaml"
    path.symlink_to(path)

    assert only_problem(read_file(path))[0] == "unreadable-file"


def test_file_beyond_all_measure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is too large is not read at all."""
    monkeypatch.setattr(reader, "MAX_BYTES", 1 << 20)
    path = tmp_path / "large.yaml"
    path.write_bytes(b"a" * ((1 << 20) + 1))

    assert only_problem(read_file(path, name="large.yaml")) == (
        "unreadable-file",
        "`large.yaml` is larger than 1 MiB.",
    )


def test_file_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A device is read as far as a file may go."""
    monkeypatch.setattr(reader, "MAX_BYTES", 1 << 20)

    assert only_problem(read_file(Path("/dev/zero")))[0] == "unreadable-file"


def test_half_of_a_file(tmp_path: Path) -> None:
    """However a file is cut off, there is a document or a problem."""
    text = "name: p\ndeployments:\n- {name: a, tags: [x, 'é']}\n- name: \"b\"\n  x: &x |\n    y\n  z: *x\n"
    content = text.encode()
    path = tmp_path / "syntask.yaml"
    for length in range(len(content)):
        path.write_bytes(content[:length])
        document = read_file(path)
        assert document.is_readable or document.diagnostics


def test_name_is_the_one_that_people_know(tmp_path: Path) -> None:
    """Places show the name that was given, not where the file happens to be."""
    path = tmp_path / "syntask.yaml"
    path.write_text("a: 1\na: 2\n")

    assert str(read_file(path, name="sub/syntask.yaml").diagnostics[0].span) == "sub/syntask.yaml:2:1"


def test_empty_file_is_null(tmp_path: Path) -> None:
    """A file without a byte is a document without a value."""
    path = tmp_path / "syntask.yaml"
    path.touch()
    document = read_file(path)

    assert document.is_readable
    assert document.root.value is None


@settings(max_examples=200)
@given(texts())
def test_random_data_reads_as_pyyaml_reads_it(text: str) -> None:
    """Any data, in any style, with anchors and aliases, has the judge's value and no problem."""
    document = read_text(text)

    assert [each for each in problems_of(document) if not each.startswith("quoted-merge")] == []
    assert judged(text) == document.root.value


@settings(max_examples=200)
@given(st.text(alphabet="ab01 \n\t-:[]{}&*|>'\"%#,?<~.é\r", max_size=60))
def test_random_characters_are_read_or_refused_as_by_pyyaml(text: str) -> None:
    """What the judge reads is read alike, or is a problem with a place."""
    document = read_text(text)
    try:
        expected = judged(text)
    except (yaml.YAMLError, ValueError, TypeError):
        expected = None
        is_read = False
    else:
        is_read = True

    assert document.is_readable or problems_of(document)
    if is_read and not document.diagnostics:
        assert expected == document.root.value


def test_corpus_file_reads_as_pyyaml_reads_it(corpus_file: Path) -> None:
    """Real files have the judge's values; those that it cannot read have a problem with a place."""
    document = read_file(corpus_file)
    refusal: yaml.MarkedYAMLError | None = None
    expected = None
    try:
        expected = judged(corpus_file.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        refusal = error
    if refusal is None:
        assert document.is_readable
        assert expected == document.root.value
    else:
        assert refusal.problem_mark is not None
        assert problems_of(document)[0].split()[1].startswith(f"{refusal.problem_mark.line + 1}:")


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "---\n...\n", "\n\n  \n", "\ufeff"])
def test_empty_document_is_null(text: str) -> None:
    """Nothing, or only comments, is null and no problem."""
    document = read_text(text)

    assert document.root.value is None
    assert document.is_readable
    assert problems_of(document) == []


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.integers(), min_size=1), min_size=1, max_size=5))
def test_several_documents_are_those_that_pyyaml_reads(values: list[dict[str, int]]) -> None:
    text = "# a comment\n---\n" + "---\n".join(yaml.safe_dump(value) for value in values)

    documents = read_each(Source("all.yaml", text), at_most=5)

    assert [document.root.value for document in documents] == list(yaml.safe_load_all(text))
    for document in documents:
        for child in document.root.children():
            line = text.splitlines()[child.key_span.line - 1]
            assert line == f"{child.path[-1]}: {child.value}"


def test_a_document_that_is_no_yaml_leaves_those_before_it() -> None:
    first, second = read_each(Source("all.yaml", "a: 1\n---\nb: [\n"), at_most=5)

    assert first.root.value == {"a": 1}
    assert [(each.code, each.span and each.span.line) for each in second.diagnostics] == [("invalid-yaml", 4)]


def test_more_documents_than_asked_for_are_a_problem() -> None:
    (document,) = read_each(Source("all.yaml", "a: 1\n---\nb: 2\n"), at_most=1)

    assert [each.code for each in document.diagnostics] == ["several-documents"]


@pytest.mark.parametrize(
    "text",
    [
        'a: {"color": "yellow", months:[1, 2, 3], "year": 2021}\n',
        "a: {b:[1], c:{d: 1}}\n",
    ],
)
def test_what_only_prefects_parser_accepts_is_read(text: str) -> None:
    """libyaml, which we use because it is faster, refuses some texts that PyYAML itself reads."""
    with pytest.raises(yaml.YAMLError):
        yaml.load(text, yaml.CSafeLoader)

    document = read_text(text)

    assert document.is_readable
    assert document.root.value == yaml.safe_load(text)
    assert document.root.at(("a",)).span.text.startswith("{")


@pytest.mark.parametrize(
    "text", ['a: "\\UFFFFFFFF"\n', "a: {b:[1], c:{d: 1}}}\n", f"a: {{b:[1], {'c: 1, ' * 20_000}}}\n"]
)
def test_what_is_refused_by_both_or_long_is_no_document(text: str) -> None:
    document = read_text(text)

    assert not document.is_readable
    assert len(document.diagnostics) == 1
