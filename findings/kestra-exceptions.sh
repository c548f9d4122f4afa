#!/bin/sh
# kestra 2.0.0: the package cannot be imported beside a project's own `exceptions.py`.
#
# Behaviour: besides the module `kestra`, the package installs one named `exceptions`, and imports its error from there.
# Python looks beside the script first, so a module of that name there is taken in its place, and lacks the error. The
# other way round, in a project without the module, `import exceptions` finds the one of the package.
# Seen:   with exceptions.py beside the script    ImportError: cannot import name 'FailedExponentialBackoff'
#         without                                 kestra is imported, and exceptions is a module of site-packages
# Why it matters: a file of errors has this name in many projects. A script that gets a line for metrics or outputs does
# not start in Kestra; and a misplaced `exceptions.py`, left out of the files of a task, is not noticed at its import, but
# where its first name is missing. Put own modules into a package.
. "$(dirname "$0")/lib.sh"
install venv kestra==2.0.0
mkdir "$folder/with" "$folder/without"
echo "class NoData(Exception): ..." >"$folder/with/exceptions.py"
for project in with without; do
    cat >"$folder/$project/extract.py" <<'PYTHON'
from pathlib import Path

try:
    import kestra

    print("kestra is imported |", end=" ")
except ImportError as error:
    print("ImportError:", str(error).partition(" from ")[0], "|", end=" ")
import exceptions

print("exceptions of", Path(exceptions.__file__).parent.name)
PYTHON
    "$folder/venv/bin/python" "$folder/$project/extract.py" >>"$folder/seen"
done
same <<'TEXT'
ImportError: cannot import name 'FailedExponentialBackoff' | exceptions of with
kestra is imported | exceptions of site-packages
TEXT
