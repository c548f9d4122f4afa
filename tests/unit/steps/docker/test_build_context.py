"""What a build can see: its digest, and the archive of it."""

from __future__ import annotations

import os
import socket
import tarfile
from pathlib import Path

import pytest

pytest.importorskip("docker", reason="needs the extra [docker]")

from syntask_yaml.errors import StepFailed
from syntask_yaml.steps.base import StepContext, StepStopped
from syntask_yaml.steps.docker.build_context import build_context


@pytest.fixture(name="context")
def _context(tmp_path: Path) -> StepContext:
    root = tmp_path / "root"
    (root / "d/e").mkdir(parents=True)
    (root / "d/e/file.txt").write_text("content")
    (root / "d/link").symlink_to("/etc/passwd")
    return StepContext(root, {})


def test_files_that_change_while_they_are_read(context: StepContext) -> None:
    """The image would not be what its key says."""
    seen = build_context(context.directory)
    digest = seen.digest(context)
    (context.directory / "d/e/file.txt").write_text("changed")

    with pytest.raises(StepFailed, match="changed while they were being read"):
        seen.archive(context, digest=digest, more={})


def test_the_archive_holds_what_was_digested(context: StepContext) -> None:
    """Kinds, modes, contents and links; and what is put in besides."""
    root = context.directory
    os.link(root / "d/e/file.txt", root / "same.txt")
    (root / "d/e/file.txt").chmod(0o640)
    seen = build_context(root)
    with (
        seen.archive(context, digest=seen.digest(context), more={"Dockerfile": b"FROM x\n"}) as file,
        tarfile.open(fileobj=file) as archive,
    ):
        found = {each.name: each for each in archive.getmembers()}
        contents = {name: archive.extractfile(each) for name, each in found.items() if each.isreg()}

        assert sorted(found) == ["Dockerfile", "d", "d/e", "d/e/file.txt", "d/link", "same.txt"]
        assert found["d"].isdir()
        assert found["d/link"].linkname == "/etc/passwd"
        assert found["d/e/file.txt"].mode == 0o640
        read = {name: file.read() for name, file in contents.items() if file is not None}
        assert read == {"Dockerfile": b"FROM x\n", "d/e/file.txt": b"content", "same.txt": b"content"}


def test_what_cannot_be_copied_is_left_out(context: StepContext) -> None:
    """A socket is no file."""
    digest = build_context(context.directory).digest(context)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(context.directory / "s"))

        assert build_context(context.directory).digest(context) == digest


def test_names_that_are_no_text(context: StepContext) -> None:
    """Bytes that are no UTF-8 are a name too."""
    before = build_context(context.directory).digest(context)
    (Path(os.fsdecode(os.fsencode(context.directory) + b"/\xff\xfe"))).touch()
    seen = build_context(context.directory)

    assert seen.digest(context) != before
    seen.archive(context, digest=seen.digest(context), more={}).close()


def test_a_stop_is_heeded(context: StepContext) -> None:
    """Before many files are read."""
    context.stop.set()

    with pytest.raises(StepStopped):
        build_context(context.directory).digest(context)
