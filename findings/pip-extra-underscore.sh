#!/bin/sh
# Prefect 3.9.1, pip 23.0 to 23.2: the project that `prefect init --recipe azure` writes installs no package for Azure.
#
# Behaviour: its steps have `requires: "prefect-azure[blob_storage]>=0.2.8"`. The package calls this extra `blob-storage`,
# as new ones must, and pip before 23.3 compares the two names as they are. It warns that there is no such extra, installs
# the package without it, and ends with 0. pip 23.3 and later, and uv, take `_` and `-` for the same.
# Seen, packages for prefect-azure 0.4.13:   blob_storage: pip 23.0.1 none, pip 23.3.1 azure-storage-blob
#                                            blob-storage: both azure-storage-blob
# Why it matters: 23.0.1 is the pip of Debian 12, and 23.2.1 the one of images with Python 3.11.7. There, the worker
# installs what the step requires without an error, and each run ends with `No module named 'azure.storage'`, while the
# same step works on the machine of who wrote it. Write `prefect-azure[blob-storage]`.
. "$(dirname "$0")/lib.sh"
prefect 3.9.1
"$folder/3.9.1/bin/python" - >"$folder/seen" <<'PYTHON'
import re
from pathlib import Path

import prefect

recipe = Path(prefect.__file__).parent / "deployments/recipes/azure/prefect.yaml"
print("recipe", *sorted(set(re.findall('requires: "(.*)"', recipe.read_text()))))
PYTHON
for version in 23.0.1 23.3.1; do
    install "pip-$version" "pip==$version"
    for extra in blob_storage blob-storage; do
        "$folder/pip-$version/bin/python" -m pip install --dry-run --ignore-installed --quiet --report "$folder/report" \
            "prefect-azure[$extra]==0.4.13" 'prefect==3.9.1' 2>"$folder/warnings"
        python3 - "$version" "$extra" "$folder/report" >>"$folder/seen" <<'PYTHON'
import json
import sys

version, extra, report = sys.argv[1:]
names = [each["metadata"]["name"] for each in json.load(open(report))["install"]]
print("pip", version, extra, "|", "prefect-azure" in names, "|", "azure-storage-blob" in names)
PYTHON
        grep -o 'does not provide.*' "$folder/warnings" | sort -u >>"$folder/seen" || true
    done
done
same <<'TEXT'
recipe prefect-azure[blob_storage]>=0.2.8
pip 23.0.1 blob_storage | True | False
does not provide the extra 'blob_storage'
pip 23.0.1 blob-storage | True | True
pip 23.3.1 blob_storage | True | True
pip 23.3.1 blob-storage | True | True
TEXT
