#!/bin/sh
# docker-py 7.2.0: it reads .dockerignore otherwise than the command lines of Docker and Podman.
#
# Behaviour: docker-py filters the build context by itself. Its patterns take no notice of upper and lower case. In a
# class of characters `!` is "not" and `^` a character, where Go's patterns have it the other way round. (`podman build`
# 4.3 was seen to do both as Go does.) The list of patterns that it is given comes back longer, with `!Dockerfile`.
# Seen:   DATA        leaves out data/one.csv
#         f[^2].txt   leaves nothing out, with f1.txt there
#         f[!2].txt   leaves out f1.txt
# Why it matters: an image that a tool builds through docker-py (Prefect's `build_docker_image`) lacks files that the
# same .dockerignore leaves in when it is built by hand, and a run in it fails on a missing file. Write patterns in the
# case of the files, and classes without "not".
. "$(dirname "$0")/lib.sh"
install venv docker==7.2.0
mkdir -p "$folder/context/data"
touch "$folder/context/data/one.csv" "$folder/context/f1.txt"
"$folder/venv/bin/python" - "$folder/context" >"$folder/seen" <<'PYTHON'
import sys

from docker.utils import exclude_paths

FILES = {"data/one.csv", "f1.txt"}
for pattern in ("DATA", "data", "f[^2].txt", "f[!2].txt"):
    patterns = [pattern]
    kept = exclude_paths(sys.argv[1], patterns)
    print(pattern, "leaves out", sorted(FILES - set(kept)), "then the list is", patterns)
PYTHON
same <<'TEXT'
DATA leaves out ['data/one.csv'] then the list is ['DATA', '!Dockerfile']
data leaves out ['data/one.csv'] then the list is ['data', '!Dockerfile']
f[^2].txt leaves out [] then the list is ['f[^2].txt', '!Dockerfile']
f[!2].txt leaves out ['f1.txt'] then the list is ['f[!2].txt', '!Dockerfile']
TEXT
