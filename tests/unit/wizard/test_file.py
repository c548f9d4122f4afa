"""Saving: never over what somebody else wrote, and in the encoding of the file."""

from __future__ import annotations

import pytest

from syntask_yaml.errors import FileFailed
from syntask_yaml.wizard.file import save
from syntask_yaml.wizard.interview import InterviewResult
from tests.unit.wizard.conftest import Workshop

BEFORE = "# ours\nname: shop\ndeployments:\n- {name: a, entrypoint: 'flows.py:load'}\n"


def _drafted(workshop: Workshop) -> InterviewResult:
    return workshop.add(("flow", "flows.py:report"), ("name", "b"))[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_keeps_its_encoding(workshop: Workshop, encoding: str) -> None:
    """And the mark at its beginning."""
    path = workshop.directory / "syntask.yaml"
    path.write_bytes(BEFORE.replace("ours", "für uns").encode(encoding))
    context, drafted = workshop.context(), _drafted(workshop)

    save(drafted.composed, drafted.draft, context.project)

    text = path.read_bytes().decode(encoding)
    assert text.startswith("# für uns\n")
    assert "name: b" in text
    assert (path.read_bytes()[:3] == b"\xef\xbb\xbf") is (encoding == "utf-8-sig")


def test_a_new_file_is_not_written_over_another(workshop: Workshop) -> None:
    """Somebody may have been faster."""
    context, drafted = workshop.context(), _drafted(workshop)
    workshop.write("syntask.yaml", BEFORE)

    with pytest.raises(FileFailed, match="changed by another program"):
        save(drafted.composed, drafted.draft, context.project)

    assert (workshop.directory / "syntask.yaml").read_text(encoding="utf-8") == BEFORE


def test_what_somebody_else_wrote_meanwhile_stays(workshop: Workshop) -> None:
    """The answers were about another file."""
    workshop.write("syntask.yaml", BEFORE)
    context, drafted = workshop.context(), _drafted(workshop)
    workshop.write("syntask.yaml", BEFORE + "# more\n")

    with pytest.raises(FileFailed, match="in the meantime"):
        save(drafted.composed, drafted.draft, context.project)

    assert (workshop.directory / "syntask.yaml").read_text(encoding="utf-8").endswith("# more\n")


def test_a_folder_that_cannot_be_written_is_said(workshop: Workshop) -> None:
    """With the file's name, and nothing left behind."""
    workshop.write("syntask.yaml", BEFORE)
    context, drafted = workshop.context(), _drafted(workshop)
    path = workshop.directory / "syntask.yaml"
    path.unlink()
    path.symlink_to(workshop.directory / "gone" / "syntask.yaml")

    with pytest.raises(FileFailed):
        save(drafted.composed, drafted.draft, context.project)
