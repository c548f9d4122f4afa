"""Files are read up to a bound, and replaced whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from syntask_yaml.files import home_path, read_given, read_regular, write_atomically


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_without_end_is_read_up_to_a_bound() -> None:
    with pytest.raises(OSError, match="It is larger than 64 MiB"):
        read_given(Path("/dev/zero"))


def test_a_pipe_is_read_where_somebody_named_it(tmp_path: Path) -> None:
    """A project that holds one would be waited for; in a command, it is how shells pass what others print."""
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(OSError, match="It is a pipe, not a regular file"):
        read_regular(tmp_path / "pipe")

    with ThreadPoolExecutor(1) as pool:
        later = pool.submit(read_given, tmp_path / "pipe")
        (tmp_path / "pipe").write_text("{}")
        assert later.result() == "{}"


def test_text_is_written_to_the_byte(tmp_path: Path) -> None:
    """Line ends and a byte order mark stay what they are."""
    file = tmp_path / "f.yaml"

    write_atomically(file, "\ufeffa: é\r\nb: 1\n")

    assert file.read_bytes() == b"\xef\xbb\xbfa: \xc3\xa9\r\nb: 1\n"
    assert names_in(tmp_path) == ["f.yaml"]


def test_another_encoding(tmp_path: Path) -> None:
    write_atomically(tmp_path / "f", "\ufeffé", encoding="utf-16-le")

    assert (tmp_path / "f").read_bytes().decode("utf-16") == "é"


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755, 0o664])
def test_mode_of_the_file_is_kept(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "f"
    file.touch()
    file.chmod(mode)

    write_atomically(file, "new")

    assert stat.S_IMODE(file.stat().st_mode) == mode


def test_mode_of_a_new_file_is_the_usual_one(tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.touch()

    write_atomically(tmp_path / "f", "new")

    assert (tmp_path / "f").stat().st_mode == usual.stat().st_mode


def test_link_is_written_through(tmp_path: Path) -> None:
    """The link stays a link, and what it points to is replaced, also where that is elsewhere."""
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere" / "f", tmp_path / "link"
    target.write_text("old", encoding="utf-8")
    link.symlink_to(target)

    write_atomically(link, "new")

    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "new"
    assert names_in(tmp_path) == ["elsewhere", "link"]


def test_link_to_nothing_makes_the_file(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("f")

    write_atomically(tmp_path / "link", "new")

    assert (tmp_path / "f").read_text(encoding="utf-8") == "new"


def test_link_to_itself_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "syntask.yaml"
    path.symlink_to(path)

    with pytest.raises(OSError, match="symbolic links"):
        write_atomically(path, "a: 1\n")

    assert [path] == list(tmp_path.iterdir())


def test_failure_leaves_the_file_and_nothing_beside_it(tmp_path: Path) -> None:
    """A text that cannot be encoded, and a place that cannot be renamed to."""
    (tmp_path / "f").write_text("old", encoding="utf-8")
    (tmp_path / "folder").mkdir()

    with pytest.raises(UnicodeEncodeError):
        write_atomically(tmp_path / "f", "\ud800")
    with pytest.raises(IsADirectoryError):
        write_atomically(tmp_path / "folder", "new")

    assert (tmp_path / "f").read_text(encoding="utf-8") == "old"
    assert names_in(tmp_path) == ["f", "folder"]


def test_read_only_file_is_refused(tmp_path: Path) -> None:
    """Although its folder would let it be replaced."""
    file = tmp_path / "f"
    file.write_text("old", encoding="utf-8")
    file.chmod(0o444)
    if os.access(file, os.W_OK):
        pytest.skip("this user may write every file")

    with pytest.raises(PermissionError):
        write_atomically(file, "new")

    assert file.read_text(encoding="utf-8") == "old"


def test_why_a_file_is_not_to_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a disk that is read-only, permissions are not what to look at."""
    file = tmp_path / "syntask.yaml"
    file.write_text("name: old\n")
    original = os.open

    def read_only(path: Path, flags: int, *rest: int) -> int:
        if flags & os.O_WRONLY:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        return original(path, flags, *rest)

    monkeypatch.setattr(os, "access", lambda _path, mode: mode != os.W_OK)
    monkeypatch.setattr(os, "open", read_only)
    with pytest.raises(OSError, match="Read-only") as caught:
        write_atomically(file, "name: new\n")
    assert caught.value.errno == errno.EROFS


def test_drafts_that_were_left_behind_are_removed(tmp_path: Path) -> None:
    """Those of this file which nobody is writing; those of other files stay."""
    left, busy, other = (tmp_path / name for name in (".f.0badcafe.draft", ".f.1.draft", ".g.0badcafe.draft"))
    for draft in (left, busy, other):
        draft.write_text("half", encoding="utf-8")
    with busy.open() as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        write_atomically(tmp_path / "f", "new")

    assert names_in(tmp_path) == [busy.name, other.name, "f"]


def test_many_writers_at_once(tmp_path: Path) -> None:
    """Each writes a whole file; none fails because another one tidies up."""
    file = tmp_path / "f"
    texts = [f"{number}" * 5_000 for number in range(40)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda text: write_atomically(file, text), texts))

    assert file.read_text(encoding="utf-8") in texts
    assert names_in(tmp_path) == ["f"]


# Kills a process in front of and behind each C function that `write_atomically` calls, which is where all
# system calls are made, and prints how many places there are.
_KILLER = """
import os, signal, sys
from pathlib import Path
from syntask_yaml.files import home_path, write_atomically

file = Path(sys.argv[1]).resolve()
old, new = "old\\n" * 5000, "new\\n" * 7000


def killed_at(moment):
    child = os.fork()
    if not child:
        seen = 0

        def count(_frame, event, _function):
            nonlocal seen
            seen += event in ("c_call", "c_return")
            if seen == moment:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.setprofile(count)
        write_atomically(file, new)
        sys.setprofile(None)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


moment, texts = 0, []
while True:
    moment += 1
    file.write_text(old)
    is_killed = killed_at(moment)
    text = file.read_text()
    assert text in (old, new), (moment, text[:100])
    texts.append(text == new)
    if not is_killed:
        break
assert texts == sorted(texts) and not texts[0] and texts[-1], texts
write_atomically(file, new)
print(moment, sum(texts), sorted(os.listdir(file.parent)))
"""


def test_killed_at_any_point_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    """`kill -9` between every two system calls: never a part of a file, and the next save tidies up."""
    done = subprocess.run(
        [sys.executable, "-c", _KILLER, str(tmp_path / "f.yaml")], capture_output=True, text=True, timeout=120
    )

    assert done.returncode == 0, done.stderr
    moments, behind, left = done.stdout.split(maxsplit=2)
    assert int(moments) > 50
    assert int(behind) > 1
    assert left.strip() == "['f.yaml']"


def test_the_home_of_nobody_is_a_name_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a shell."""
    monkeypatch.setenv("HOME", "/here")

    assert home_path("~/a") == Path("/here/a")
    assert home_path("~nobody of that name/a") == Path("~nobody of that name/a")
