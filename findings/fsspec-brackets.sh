#!/bin/sh
# fsspec 2026.9.0: a name with brackets means another file, so the wrong one is uploaded, fetched and deleted.
#
# Behaviour: `put`, `get` and `rm` take every path for a pattern, also where it is the name of a file that exists.
# `x[1].txt` matches `x1.txt`, and not itself. There is no option that turns patterns off.
# Seen:   rm("x[1].txt")    x1.txt is gone, x[1].txt is still there
#         put("x[1].txt")   x1.txt is uploaded
#         get("x[1].txt")   x1.txt is fetched
# Why it matters: exports and downloads are called `report[1].csv`, notebooks `[draft].ipynb`, pages of web frameworks
# `[id].tsx`. Code is pushed to stores, and results are cleaned up, with fsspec (Prefect's remote file systems, Dask,
# pandas). It raises nothing. `glob.escape` helps; `put_file`, `get_file` and `rm_file` take names as they are.
. "$(dirname "$0")/lib.sh"
install venv fsspec==2026.9.0
mkdir "$folder/local"
"$folder/venv/bin/python" - "$folder/local" >"$folder/seen" <<'PYTHON'
import sys
from pathlib import Path

import fsspec

local, memory = Path(sys.argv[1]), fsspec.filesystem("memory")
for name in ("x1.txt", "x[1].txt"):
    (local / name).write_text(f"text of {name}")
    memory.pipe(f"/store/{name}", f"text of {name}".encode())
memory.get("/store/x[1].txt", f"{local}/fetched/")
print("get", [path.read_text() for path in (local / "fetched").iterdir()])
memory.put(f"{local}/x[1].txt", "/uploaded/")
print("put", [memory.cat(path).decode() for path in memory.find("/uploaded")])
memory.rm("/store/x[1].txt")
print("rm, left:", memory.find("/store"))
PYTHON
same <<'TEXT'
get ['text of x1.txt']
put ['text of x1.txt']
rm, left: ['/store/x[1].txt']
TEXT
