#!/bin/sh
# opendal 0.47.12: `remove_all("flows")` empties `flows` on a disk, and also `flows-next` and `flows.txt` in memory.
#
# Behaviour: one call removes a folder with what is in it, on any of fifty kinds of storage. Where a storage has no
# folders, as in memory, a path without a slash at its end is a prefix: everything that begins with it is removed. On a
# file system, the same path is the folder of that name. `list` with `recursive` has the neighbours in both. Object stores
# have no folders either; only the two kinds below were run.
# Seen:   fs        remove_all("flows")     flows-next/a.py, flows.txt stay
#         memory    remove_all("flows")     nothing stays
#         both      remove_all("flows/")    flows-next/a.py, flows.txt stay
# Why it matters: who writes a step that replaces the code of `flows` tests it in a folder, where it is right, and runs
# it on a bucket, where the code of `flows-next` and the results in `flows-archive` may go as well. `stat` says that `flows`
# is not there, so a check before does not help. Write the slash.
. "$(dirname "$0")/lib.sh"
install venv opendal==0.47.12
"$folder/venv/bin/python" - "$folder/disk" >"$folder/seen" <<'PYTHON'
import sys

import opendal

for scheme, options in (("fs", {"root": sys.argv[1]}), ("memory", {})):
    for path in ("flows", "flows/"):
        store = opendal.Operator(scheme, **options)
        for name in ("flows/a.py", "flows/sub/b.py", "flows-next/a.py", "flows.txt"):
            store.write(name, b"code")
        there = store.exists(path)
        store.remove_all(path)
        left = sorted(each.path for each in store.list("", recursive=True) if not each.path.endswith("/"))
        print(f"{scheme} | exists({path!r}) {there} | remove_all({path!r}) leaves", *left or ["nothing"])
PYTHON
same <<'TEXT'
fs | exists('flows') True | remove_all('flows') leaves flows-next/a.py flows.txt
fs | exists('flows/') True | remove_all('flows/') leaves flows-next/a.py flows.txt
memory | exists('flows') False | remove_all('flows') leaves nothing
memory | exists('flows/') True | remove_all('flows/') leaves flows-next/a.py flows.txt
TEXT
