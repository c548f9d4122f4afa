#!/bin/sh
# fsspec 2026.9.0: the second upload of a folder goes elsewhere than the first.
#
# Behaviour: `put("src", "target", recursive=True)` follows `cp -r`: where target is not there yet, the contents of src
# become it; where it is, src is put inside. With a slash at the end of src, both times are alike.
# Seen:   first time target/a; second time target/src/a as well, and target/a stays old
# Why it matters: deploying code to a store is done again and again. The second release arrives beside the first, the
# run goes on with the old code, and the upload says nothing; the test in a fresh bucket passes. Write
# `put("src/", "target")`.
. "$(dirname "$0")/lib.sh"
install venv fsspec==2026.9.0
mkdir "$folder/src"
"$folder/venv/bin/python" - "$folder/src" >"$folder/seen" <<'PYTHON'
import sys
from pathlib import Path

import fsspec

memory = fsspec.filesystem("memory")
for source, target in ((sys.argv[1], "/target"), (f"{sys.argv[1]}/", "/other")):
    for release in ("1", "2"):
        Path(sys.argv[1], "a").write_text(release)
        memory.put(source, target, recursive=True)
        print("release", release, {path: memory.cat(path).decode() for path in memory.find(target)})
PYTHON
same <<'TEXT'
release 1 {'/target/a': '1'}
release 2 {'/target/a': '1', '/target/src/a': '2'}
release 1 {'/other/a': '1'}
release 2 {'/other/a': '2'}
TEXT
