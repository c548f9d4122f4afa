#!/bin/sh
# Prefect 3.8.8: installed today, its server does not start.
#
# Behaviour: the release has no upper bound for FastAPI. FastAPI 0.165.0 no longer knows the old argument `min_items`
# of `Body`, and the server's modules use it, so any import of the server raises a TypeError. `prefect version` and
# deploying to a remote server work; `prefect server start`, and flows that start a server of their own, do not.
# 3.9.1 bounds FastAPI.
# Seen:   FastAPI 0.165.0  TypeError: Body() got an unexpected keyword argument 'min_items'
#         FastAPI 0.150.0  the server can be imported
# Why it matters: an image or a CI job that pins `prefect==3.8.8`, and no more, worked until its cache was emptied.
# Pin FastAPI beside it, or install with a constraints file.
. "$(dirname "$0")/lib.sh"
for fastapi in 0.165.0 0.150.0; do
    install venv prefect==3.8.8 'sqlalchemy[asyncio]==2.0.58' "fastapi==$fastapi"
    PREFECT_HOME="$folder/home" "$folder/venv/bin/python" - >>"$folder/seen" <<'PYTHON'
import fastapi
import prefect

try:
    import prefect.server.api.server

    print(prefect.__version__, "FastAPI", fastapi.__version__, "imported")
except TypeError as error:
    print(prefect.__version__, "FastAPI", fastapi.__version__, "TypeError:", error)
PYTHON
done
same <<'TEXT'
3.8.8 FastAPI 0.165.0 TypeError: Body() got an unexpected keyword argument 'min_items'
3.8.8 FastAPI 0.150.0 imported
TEXT
