#!/bin/sh
# uvicorn 0.54.0 on Linux: each answer over a connection that stays open takes 40 ms longer with `--workers 2` than with one.
#
# Behaviour: asyncio switches Nagle's algorithm off (TCP_NODELAY) where the protocol number of a socket says TCP. The
# socket that uvicorn shares among its workers, and that of `--reload` and `--fd`, has the number 0, as every socket that
# `socket.socket(AF_INET)` or `socket.create_server` makes. The body of an answer then waits until the kernel of the
# client has acknowledged the head, which it does 40 ms later.
# Seen:   an application that answers at once, asked twenty times over one connection: less than 10 ms with one process,
#         more than 30 ms with two workers.
# Why it matters: `prefect server start --workers N`, and every service behind a shared socket, gets slower by the
# option that should make it faster: a deploy of a hundred requests one after the other takes four seconds more. With
# one process, or a proxy in front that sends head and body together, it does not happen.
. "$(dirname "$0")/lib.sh"
install here 'uvicorn==0.54.0' 'h11==0.16.0'
cat >"$folder/app.py" <<'PYTHON'
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
        await send({"type": "http.response.body", "body": b"done"})
PYTHON
cat >"$folder/look.py" <<'PYTHON'
import http.client
import socket
import statistics
import subprocess
import sys
import time


def median(*options):
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    words = [sys.executable, "-m", "uvicorn", "app:app", "--port", str(port), "--log-level", "error", "--http", "h11"]
    server = subprocess.Popen([*words, *options])
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        end = time.monotonic() + 60
        while connection.sock is None:
            try:
                connection.connect()
            except OSError:
                assert time.monotonic() < end, "uvicorn does not answer"
                time.sleep(0.1)
        took = []
        for _ in range(20):
            began = time.perf_counter()
            connection.request("GET", "/")
            connection.getresponse().read()
            took.append(time.perf_counter() - began)
        return statistics.median(took)
    finally:
        server.terminate()
        server.wait()


one, two = median(), median("--workers", "2")
print("one process", "fast" if one < 0.01 else f"{one:.3f}")
print("two workers", "late" if two > 0.03 else f"{two:.3f}")
PYTHON
(cd "$folder" && here/bin/python look.py) >"$folder/seen"
same <<'TEXT'
one process fast
two workers late
TEXT
