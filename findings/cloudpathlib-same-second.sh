#!/bin/sh
# cloudpathlib 0.26.0: what is written in the second in which the last one was written is never read.
#
# Behaviour: reading an object keeps it in a local file, with the time at which the object was changed. The next read
# compares the times, which S3 gives in full seconds, and reads the file if they are equal. The size and the ETag, which
# the same answer has, are not looked at. So a change within that second is not seen, then or later, until another one.
# Seen, of an object that is written twice in a second and read after each, and of the second read three seconds later:
#   written "running", read running    written "completed", read running    three seconds later running
# Why it matters: states, locks and lists of what is done are small objects that change quickly and then stay. A process
# that waits for `completed` waits for ever, while each other client, and the same program started anew, reads it. With
# `file_cache_mode="close_file"` for the client, nothing is kept.
. "$(dirname "$0")/lib.sh"
install venv 'cloudpathlib[s3]==0.26.0' 'moto[server]==5.2.5'
export AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_DEFAULT_REGION=us-east-1 NO_PROXY=127.0.0.1
port=$(free_port)
"$folder/venv/bin/moto_server" -H 127.0.0.1 -p "$port" >"$folder/moto.log" 2>&1 &
started="$started $!"
cat >"$folder/read.py" <<'PYTHON'
import sys
import time

import boto3
from botocore.config import Config
from cloudpathlib import S3Client

options = {"retries": {"max_attempts": 20, "mode": "standard"}}
s3 = boto3.client("s3", endpoint_url=sys.argv[1], config=Config(**options))


def write(text):
    s3.put_object(Bucket="states", Key="run.txt", Body=text)


def written_in_one_second(client):
    """Write and read twice, anew when a second ended between the two."""
    while True:
        path = client.S3Path("s3://states/run.txt")
        write("running")
        first = s3.head_object(Bucket="states", Key="run.txt")["LastModified"]
        read = [path.read_text()]
        write("completed")
        read.append(path.read_text())
        if s3.head_object(Bucket="states", Key="run.txt")["LastModified"] == first:
            time.sleep(3)
            return [*read, path.read_text()]
        time.sleep(1.1)


s3.create_bucket(Bucket="states")
for mode in ("tmp_dir", "close_file"):
    print(mode, "|", *written_in_one_second(S3Client(endpoint_url=sys.argv[1], file_cache_mode=mode)))
print("in the store |", s3.get_object(Bucket="states", Key="run.txt")["Body"].read().decode())
PYTHON
"$folder/venv/bin/python" - "$port" <<'PYTHON'
import socket, sys, time

for _ in range(600):
    try:
        socket.create_connection(("127.0.0.1", int(sys.argv[1]))).close()
        break
    except OSError:
        time.sleep(0.2)
PYTHON
"$folder/venv/bin/python" "$folder/read.py" "http://127.0.0.1:$port" >"$folder/seen"
same <<'TEXT'
tmp_dir | running running running
close_file | running completed completed
in the store | completed
TEXT
