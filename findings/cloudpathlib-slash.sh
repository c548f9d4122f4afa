#!/bin/sh
# cloudpathlib 0.26.0: `S3Path("s3://flows/prod") / "/data/x.csv"` is `s3://data/x.csv`, in another bucket.
#
# Behaviour: a name that begins with a slash replaces what is before it, as in pathlib, but down to the scheme: the first
# folder of the name becomes the bucket, with the stores of Amazon, Google and Azure. universal-pathlib 0.3.10 stays in
# the folder, where it adds one without a name.
# Seen:   S3Path("s3://flows/prod") / "/data/x.csv"      s3://data/x.csv
#         GSPath("gs://flows/prod") / "/data/x.csv"      gs://data/x.csv
#         UPath("s3://flows/prod") / "/data/x.csv"       s3://flows/prod//data/x.csv
# Why it matters: names come from settings, parameters and manifests, and many begin with a slash, which the consoles of
# stores and their addresses show. Names of buckets are shared by everybody: `data`, `reports` or `backup` is somebody's,
# and what a flow writes there, it writes to strangers, or gets "access denied" for a bucket that nobody has heard of.
# Take the slash away with `lstrip("/")`.
. "$(dirname "$0")/lib.sh"
install venv 'cloudpathlib[s3,gs,azure]==0.26.0' universal-pathlib==0.3.10 s3fs==2026.9.0
export AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_DEFAULT_REGION=us-east-1 NO_GCE_CHECK=true
"$folder/venv/bin/python" - >"$folder/seen" 2>"$folder/log" <<'PYTHON'
from azure.storage.blob import BlobServiceClient
from cloudpathlib import AzureBlobClient, GSClient, S3Client
from google.auth.credentials import AnonymousCredentials
from upath import UPath

azure = AzureBlobClient(blob_service_client=BlobServiceClient("https://none.blob.core.windows.net"))
for path in (
    S3Client().S3Path("s3://flows/prod"),
    GSClient(credentials=AnonymousCredentials(), project="none").GSPath("gs://flows/prod"),
    azure.AzureBlobPath("az://flows/prod"),
    UPath("s3://flows/prod"),
):
    kind = "UPath" if isinstance(path, UPath) else type(path).__name__
    print(kind, path, "|", path / "data/x.csv", "|", path / "/data/x.csv")
PYTHON
same <<'TEXT'
S3Path s3://flows/prod | s3://flows/prod/data/x.csv | s3://data/x.csv
GSPath gs://flows/prod | gs://flows/prod/data/x.csv | gs://data/x.csv
AzureBlobPath az://flows/prod | az://flows/prod/data/x.csv | az://data/x.csv
UPath s3://flows/prod | s3://flows/prod/data/x.csv | s3://flows/prod//data/x.csv
TEXT
