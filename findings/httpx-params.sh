#!/bin/sh
# httpx 0.28.1 and requests 2.34.2: `params` replaces the query of a URL, even when it is empty.
#
# Behaviour: a request with `params=` loses what the URL has behind its question mark, with `params={}` too, and with
# parameters of the client. `params=None` keeps it. requests adds to it.
# Seen:   https://hooks.example/run?token=t with params {"page": 1}   httpx ?page=1   requests ?token=t&page=1
#         the same with params {}                                     httpx no query  requests ?token=t
# Why it matters: addresses of web hooks and signed URLs of object stores carry their key in the query, and wrappers
# pass `params=filters` on, which is empty most of the time. After a move from requests these calls are refused, or
# ask for the first page again and again where the server's `next` link is followed. Use `url.copy_merge_params`.
. "$(dirname "$0")/lib.sh"
install venv httpx==0.28.1 requests==2.34.2
"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
import httpx
import requests

URL = "https://hooks.example/run?token=t"
for params in (None, {}, {"page": 1}):
    first = httpx.Client().build_request("GET", URL, params=params).url
    second = requests.Request("GET", URL, params=params).prepare().url
    print(params, "| httpx", first.query.decode(), "| requests", second.partition("?")[2])
print("client", httpx.Client(params={"page": 1}).build_request("GET", URL).url.query.decode())
print("merged", httpx.URL(URL).copy_merge_params({"page": 1}).query.decode())
PYTHON
same <<'TEXT'
None | httpx token=t | requests token=t
{} | httpx  | requests token=t
{'page': 1} | httpx page=1 | requests token=t&page=1
client page=1
merged token=t&page=1
TEXT
