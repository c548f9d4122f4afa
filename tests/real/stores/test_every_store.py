"""What holds for the steps of every store, against a real one of each kind."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

import pytest

from syntask_yaml.steps.base import StepFailedAt
from tests.real.stores.conftest import Workplace
from tests.support.object_stores import ObjectStore

pytestmark = [
    pytest.mark.real,
    # Of the library that gcsfs uses, about gcsfs.
    pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning"),
]

# What means something in a URL, in XML, or to a shell; `;` is left out for an emulator that cuts there.
NAMES = (
    "flows/etl.py",
    "empty",
    "with space & plus+%25#é'.txt",
    "x=1,y@z!*().py",
    "~tilde/[a]{b}<c>|d",
    "日本",
)


@pytest.fixture(name="folder")
def _folder() -> str:
    return f"team/{uuid4().hex}"


def test_what_is_pushed_is_pulled(store: ObjectStore, tmp_path: Path, folder: str) -> None:
    """Every byte and every name, also of a file of several parts; the outputs are the reference's."""
    here, there = Workplace(tmp_path / "here", store), Workplace(tmp_path / "there", store)
    for name in NAMES:
        here.put(name, "" if name == "empty" else f"{name}\n")
    here.put("model.bin", os.urandom(20 * 2**20))
    bucket = "container" if store.kind == "azure" else "bucket"

    assert here.push(folder) == {bucket: "flows", "folder": folder}
    assert there.pull(folder) == {bucket: "flows", "folder": folder, "directory": str(there.directory)}
    assert there.files() == here.files()


def test_only_what_changed_is_copied(store: ObjectStore, tmp_path: Path, folder: str) -> None:
    """In both directions, by content and not by time; what is only on the other side stays."""
    here, there = Workplace(tmp_path / "here", store), Workplace(tmp_path / "there", store)
    here.write(one="1", two="2", big=os.urandom(17 * 2**20))
    here.push(folder)
    there.write(own="mine")
    there.pull(folder)
    os.utime(here.directory / "one")
    here.push(folder)
    there.pull(folder)
    assert here.copied.startswith("Copying 0 of 3 files (0 B) to")
    assert there.copied.startswith("Copying 0 of 3 files (0 B) from")

    here.write(two="X")
    (here.directory / "one").unlink()
    here.push(folder)
    there.pull(folder)
    assert here.copied.startswith("Copying 1 of 2 files (1 B) to")
    assert there.copied.startswith("Copying 1 of 3 files (1 B) from")
    assert there.files() == {**here.files(), "one": b"1", "own": b"mine"}


def test_a_folder_whose_name_begins_alike(store: ObjectStore, tmp_path: Path, folder: str) -> None:
    """`app` is not `app2`; an empty folder is the whole bucket."""
    here, there = Workplace(tmp_path / "here", store), Workplace(tmp_path / "there", store)
    here.write(name="app")
    here.push(f"{folder}/app/")
    here.write(name="app2", more="2")
    here.push(f"{folder}/app2")
    there.pull(f"/{folder}/app")

    assert there.files() == {"name": b"app"}
    Workplace(tmp_path / "whole", store).pull("")
    assert (tmp_path / "whole" / folder / "app2/more").read_text() == "2"


def test_ignored_files_stay_here(store: ObjectStore, tmp_path: Path, folder: str) -> None:
    """The patterns of the file that is named, and of `.syntaskignore`."""
    here, there = Workplace(tmp_path / "here", store), Workplace(tmp_path / "there", store)
    here.write(**{".own": "*.log\n", ".syntaskignore": "data/\n.own\n!keep.log\n"})
    here.write(**{"a.log": "", "keep.log": "", "data__big": "", "flow.py": ""})
    here.push(folder, ignore_file=".own")
    there.pull(folder)

    assert set(there.files()) == {".syntaskignore", "keep.log", "flow.py"}


def test_nothing_to_pull(store: ObjectStore, tmp_path: Path, folder: str) -> None:
    """An empty folder is most likely a wrong name, and a flow would not be found later."""
    with pytest.raises(StepFailedAt, match="contains no files") as caught:
        Workplace(tmp_path, store).pull(folder)

    assert caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_bucket_that_is_not_there(store: ObjectStore, tmp_path: Path, folder: str) -> None:
    """A step makes no bucket, and says that there is none."""
    here = Workplace(tmp_path, store)
    here.write(flow="")
    key = "container" if store.kind == "azure" else "bucket"
    with pytest.raises(StepFailedAt, match=r"does not exist|do not allow"):
        here.push(folder, **{key: "no-such-bucket"})


def test_a_push_can_be_stopped(store: ObjectStore, tmp_path: Path, folder: str) -> None:
    """When the command is to end, nothing more is begun."""
    here = Workplace(tmp_path, store)
    for number in range(50):
        here.put(f"file-{number}", os.urandom(2**18))
    here.context.stop.set()
    with pytest.raises(Exception, match=r"was not started|was stopped"):
        here.push(folder)
