#!/bin/sh
# prefect-gcp 0.6.22 and prefect-azure 0.4.13: pulling a folder fails once another folder begins with its name.
#
# Behaviour: the steps `pull_from_gcs` and `pull_from_azure_blob_storage` list what begins with the folder's name, with
# no slash after it, and then take the rest of each name relative to the folder. For a folder `flows`, the object
# `flows-next/main.py` is listed, too, and is a ValueError. The step of prefect-aws asks for `flows/`.
# Seen:   flows/main.py                           pulled
#         and flows-next/main.py beside it        ValueError: 'flows-next/main.py' is not in the subpath of 'flows'
#         with `folder: flows/`                   pulled
# Why it matters: a bucket holds one folder for each project, branch or stage. A deployment that has run for months fails
# in all its runs from the moment in which somebody else pushes `flows-next` or `flows2`, and nothing of it was changed.
# Write the slash into the pull step.
. "$(dirname "$0")/lib.sh"
prefect 3.9.1 prefect-gcp==0.6.22 'prefect-azure[blob-storage]==0.4.13'
loopback
cat >"$folder/stores.py" <<'PYTHON'
"""As much of the two stores' interfaces as a pull takes, with the objects of the list `names`."""

from urllib.parse import parse_qs, urlsplit

from loopback import Loopback

names = []
BLOB, PART = {"ETag": '"1"', "x_ms_blob_type": "BlockBlob"}, {"Content_Range": "bytes 0-1/2"}
KIND = "<BlobType>BlockBlob</BlobType><Content-Length>2</Content-Length>"


class Stores(Loopback):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.body()
        self.answer({"access_token": "a", "token_type": "Bearer", "expires_in": 3600})

    def do_GET(self):
        url = urlsplit(self.path)
        asked = parse_qs(url.query)
        prefix = asked.get("prefix", [""])[0]
        found = [name for name in names if name.startswith(prefix)]
        if url.path.endswith("/o"):
            items = [{"name": name, "bucket": "team", "generation": "1"} for name in found]
            self.answer({"items": items})
        elif asked.get("comp") == ["list"]:
            blobs = "".join(f"<Blob><Name>{name}</Name><Properties>{KIND}</Properties></Blob>" for name in found)
            answer = f"<EnumerationResults><Blobs>{blobs}</Blobs><NextMarker/></EnumerationResults>"
            self.answer(answer, kind="application/xml", **BLOB)
        else:
            is_part = "x-ms-range" in self.headers
            self.answer("1\n", 206 if is_part else 200, "text/x-python", **BLOB, **(PART if is_part else {}))


address = f"http://{Stores.address()}"
PYTHON
cat >"$folder/look.py" <<'PYTHON'
import os
import tempfile
from pathlib import Path

from stores import address, names

os.environ["STORAGE_EMULATOR_HOST"] = address
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from prefect_azure.deployments.steps import pull_from_azure_blob_storage
from prefect_gcp.deployments.steps import pull_from_gcs

key = rsa.generate_private_key(65537, 2048).private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
account = {"client_email": "team@example.com", "token_uri": f"{address}/token", "private_key": key.decode()}
azure = f"BlobEndpoint={address}/team;AccountName=team;AccountKey=dGVhbQ=="
logins = {"gcs": {"project": "team", "service_account_info": account}, "azure": {"connection_string": azure}}
steps = {"gcs": pull_from_gcs, "azure": pull_from_azure_blob_storage}
for objects in (["flows/main.py"], ["flows-next/main.py", "flows/main.py"]):
    names[:] = objects
    for store, step in steps.items():
        for folder in ("flows", "flows/"):
            with tempfile.TemporaryDirectory() as place:
                os.chdir(place)
                try:
                    step("team", folder, credentials=logins[store])
                    answer = "pulled"
                except ValueError as error:
                    answer = f"ValueError: {error}"
                print(store, folder, objects, "|", answer.partition(" OR ")[0], "|", *sorted(os.listdir()))
PYTHON
"$folder/3.9.1/bin/python" "$folder/look.py" >>"$folder/seen" 2>"$folder/errors" || { cat "$folder/errors" >&2; exit 1; }
same <<'TEXT'
gcs flows ['flows/main.py'] | pulled | main.py
gcs flows/ ['flows/main.py'] | pulled | main.py
azure flows ['flows/main.py'] | pulled | main.py
azure flows/ ['flows/main.py'] | pulled | main.py
gcs flows ['flows-next/main.py', 'flows/main.py'] | ValueError: 'flows-next/main.py' is not in the subpath of 'flows' |
gcs flows/ ['flows-next/main.py', 'flows/main.py'] | pulled | main.py
azure flows ['flows-next/main.py', 'flows/main.py'] | ValueError: 'flows-next/main.py' is not in the subpath of 'flows' |
azure flows/ ['flows-next/main.py', 'flows/main.py'] | pulled | main.py
TEXT
