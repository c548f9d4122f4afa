#!/bin/sh
# pip 26.3 refuses the pylock.toml that uv 0.13.9 exports, because the project itself is in it.
#
# Behaviour: `uv export --format pylock.toml` writes the project, too, as a directory, for which the format has no hash.
# pip asks for a hash of each package of such a file, and there is no option to change that. With `--no-editable`, the
# message is another one; with `--no-emit-project`, pip installs the file. uv itself installs all three.
# Seen:   uv export                      pip: cannot be installed when requiring hashes
#         uv export --no-editable        pip: Can't verify hashes
#         uv export --no-emit-project    pip: installs
# Why it matters: the format exists so that one tool locks and another installs, as a worker or an image does that has pip
# only. The file of the first try works in all tests with uv, and in no image. The message says to look for hashes,
# which are all there. Export without the project, and install it with `pip install --no-deps .`.
. "$(dirname "$0")/lib.sh"
install venv uv==0.13.9 pip==26.3
export UV_CACHE_DIR="$folder/cache" UV_PYTHON="$folder/venv/bin/python" COLUMNS=200
mkdir "$folder/project"
cd "$folder/project"
cat >pyproject.toml <<'TOML'
[project]
name = "flows"
version = "1.0"
requires-python = ">=3.9"
dependencies = ["iniconfig==2.1.0"]

[build-system]
requires = ["flit_core==3.12.0"]
build-backend = "flit_core.buildapi"
TOML
printf '"""Flows."""\n\n__version__ = "1.0"\n' >flows.py
for option in --quiet --no-editable --no-emit-project; do
    "$folder/venv/bin/uv" export --quiet "$option" --format pylock.toml --output-file pylock.toml >"$folder/export.log"
    if "$folder/venv/bin/python" -m pip install --dry-run --ignore-installed -r pylock.toml >"$folder/log" 2>&1; then
        said=installs
    else
        said=$(grep -o "cannot be installed when requiring hashes\|Can't verify hashes" "$folder/log" | head -n 1)
    fi
    "$folder/venv/bin/uv" pip install --quiet --dry-run -r pylock.toml
    echo "export $option | pip: $said | uv: installs" >>"$folder/seen"
done
same <<'TEXT'
export --quiet | pip: cannot be installed when requiring hashes | uv: installs
export --no-editable | pip: Can't verify hashes | uv: installs
export --no-emit-project | pip: installs | uv: installs
TEXT
