#!/bin/sh
# universal-pathlib 0.3.10: `rmdir` deletes a folder with all that is in it, also on the local disk, if it is a URL.
#
# Behaviour: `pathlib.Path.rmdir` removes empty folders only, and so does `UPath("/folder")`, which is a path of pathlib.
# For a URL, of a store in the cloud, `memory:` or `file:`, `rmdir` has a further argument, `recursive`, which is True
# if nothing is said. The two paths of one local folder are not equal, either.
# Seen:   pathlib.Path, UPath("/…")                 OSError: Directory not empty
#         UPath("file:///…"), UPath("memory:/…")    the folder and its files are gone
#         UPath("file:///…") == UPath("/…")         False
# Why it matters: the package is how flows get paths that may be in a bucket. Code that tidies up by trying `rmdir` on each
# folder and passing over those that are not empty, as is usual with pathlib, removes all results once the setting
# of its folder becomes a URL, even of the same folder. Write `rmdir(recursive=False)`.
. "$(dirname "$0")/lib.sh"
install venv universal-pathlib==0.3.10 fsspec==2026.9.0
cat >"$folder/look.py" <<'PYTHON'
from pathlib import Path

from upath import UPath

here = Path("results").resolve()


def attempt(path, **words):
    path.mkdir(exist_ok=True)
    (path / "run.csv").write_text("1\n")
    try:
        path.rmdir(**words)
        answer = "removed"
    except OSError:
        answer = "OSError"
    print(getattr(path, "protocol", "") or type(path).__name__, words, "|", answer, "|", (path / "run.csv").exists())


attempt(here)
attempt(UPath(here))
for url in (here.as_uri(), "memory:///results"):
    attempt(UPath(url))
    attempt(UPath(url), recursive=False)
print("equal:", UPath(here.as_uri()) == UPath(here))
PYTHON
cd "$folder"
venv/bin/python look.py >seen
same <<'TEXT'
PosixPath {} | OSError | True
PosixUPath {} | OSError | True
file {} | removed | False
file {'recursive': False} | OSError | True
memory {} | removed | False
memory {'recursive': False} | OSError | True
equal: False
TEXT
