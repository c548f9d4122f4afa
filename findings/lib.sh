# What the findings share: a folder that goes away, packages in it, a Prefect server on a free port of the loopback,
# and the comparison at the end. To be sourced: . "$(dirname "$0")/lib.sh"
set -eu
[ -n "${FINDING_BOUNDED:-}" ] || exec env FINDING_BOUNDED=1 timeout --kill-after=30 600 sh "$0"
folder=$(mktemp -d)
started=
finish() {
    for process in $started; do kill "$process" 2>/dev/null || true; done
    for process in $started; do wait "$process" 2>/dev/null || true; done
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# install NAME PACKAGE…: an environment in $folder/NAME, made by the Python in $python (python3 if that is not set).
install() {
    name=$1
    shift
    if command -v uv >"$folder/which"; then
        [ -d "$folder/$name" ] || uv venv --quiet --python "${python:-python3}" "$folder/$name"
        uv pip install --quiet --python "$folder/$name/bin/python" "$@"
    else
        [ -d "$folder/$name" ] || "${python:-python3}" -m venv "$folder/$name"
        "$folder/$name/bin/pip" install --quiet --disable-pip-version-check "$@"
    fi
}

# npm_install PACKAGE@VERSION: a package of npm in $folder/node_modules. Ends with 77 where there is no npm.
npm_install() {
    if ! command -v npm >"$folder/which"; then
        echo "Needs npm." >&2
        exit 77
    fi
    npm install --silent --no-fund --no-audit --prefix "$folder" "$1" >"$folder/npm.log"
}

# prefect VERSION [PACKAGE…]: Prefect in $folder/VERSION. The bounds are the newest that 3.8.8 starts a server with.
prefect() {
    version=$1
    shift
    install "$version" "prefect==$version" 'fastapi==0.150.0' 'sqlalchemy[asyncio]==2.0.58' "$@"
}

# free_port: prints one.
free_port() {
    python3 -c 'import socket; print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])'
}

# serve VERSION: a new Prefect server. Sets $server, its process, and PREFECT_API_URL, its address.
serve() {
    export PREFECT_HOME="$folder/home-$1" PREFECT_SERVER_ANALYTICS_ENABLED=false DO_NOT_TRACK=1 NO_PROXY=127.0.0.1
    port=$(free_port)
    export PREFECT_API_URL="http://127.0.0.1:$port/api"
    mkdir -p "$PREFECT_HOME"
    "$folder/$1/bin/python" -m uvicorn --factory prefect.server.api.server:create_app \
        --host 127.0.0.1 --port "$port" >"$folder/server.log" 2>&1 &
    server=$!
    started="$started $server"
    "$folder/$1/bin/python" - "$PREFECT_API_URL/health" <<'PYTHON' || { cat "$folder/server.log" >&2; exit 1; }
import sys, time, urllib.error, urllib.request

end = time.monotonic() + 180
while True:
    try:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(sys.argv[1], timeout=5).close()
        break
    except OSError as error:
        if time.monotonic() > end:
            sys.exit(f"the server does not answer: {error}")
        time.sleep(0.2)
PYTHON
}

# retire: ends the server of the last `serve`.
retire() {
    kill "$server"
    wait "$server" 2>/dev/null || true
}

# pair VERSION: two servers, and the profiles `source` and `target` of them for the commands in $folder/VERSION.
pair() {
    for profile in source target; do
        export PREFECT_SERVER_DATABASE_CONNECTION_URL="sqlite+aiosqlite:///$folder/$profile.db"
        serve "$1"
        printf '[profiles.%s]\nPREFECT_API_URL = "%s"\n' "$profile" "$PREFECT_API_URL" >>"$PREFECT_HOME/profiles.toml"
    done
    unset PREFECT_SERVER_DATABASE_CONNECTION_URL PREFECT_API_URL
}

# transfer VERSION: two servers, `prefect transfer` between them after $folder/fill.py has run on the source, and then
# $folder/look.py on both. What it prints is added to $folder/seen; what the command says is $folder/transfer.log.
transfer() {
    prefect "$1"
    pair "$1"
    PREFECT_PROFILE=source "$folder/$1/bin/python" "$folder/fill.py"
    PREFECT_PROFILE=source "$folder/$1/bin/prefect" --no-prompt transfer --from source --to target >"$folder/transfer.log"
    for profile in source target; do
        PREFECT_PROFILE=$profile "$folder/$1/bin/python" "$folder/look.py" >>"$folder/seen"
    done
}

# api: makes $folder/api.py, from which `client` sends requests to the server. One with SQLite answers 503 on a busy
# machine, where its database stays locked; the client asks again.
api() {
    cat >"$folder/api.py" <<'PYTHON'
import os
import time

import httpx


class Client(httpx.Client):
    def send(self, request, **options):
        for _ in range(20):
            answer = super().send(request, **options)
            if answer.status_code != 503:
                break
            time.sleep(1)
        return answer


client = Client(base_url=os.environ["PREFECT_API_URL"], timeout=60, headers={"Connection": "close"})
PYTHON
}

# see FILE VERSION…: the Python of each Prefect, beside a server of its own, runs $folder/FILE. What it prints is added
# to $folder/seen.
see() {
    file=$1
    shift
    api
    for each in "$@"; do
        prefect "$each"
        serve "$each"
        "$folder/$each/bin/python" "$folder/$file" >>"$folder/seen"
        retire
    done
}

# loopback: makes $folder/loopback.py, from which a script imports a class of small HTTP servers.
loopback() {
    export PYTHONPATH="$folder"
    cat >"$folder/loopback.py" <<'PYTHON'
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Loopback(BaseHTTPRequestHandler):
    """Serves 127.0.0.1 as long as the process lives. A finding says in `do_GET` and `do_POST` what it answers."""

    @classmethod
    def address(cls):
        server = ThreadingHTTPServer(("127.0.0.1", 0), cls)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"127.0.0.1:{server.server_port}"

    def body(self):
        return self.rfile.read(int(self.headers["Content-Length"]))

    def answer(self, value, status=200, kind="application/json", **headers):
        text = (value if isinstance(value, str) else json.dumps(value)).encode()
        self.send_response(status)
        for name, each in {"Content-Type": kind, "Content-Length": len(text), **headers}.items():
            self.send_header(name.replace("_", "-"), str(each))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *words):
        pass
PYTHON
}

# see_alone FILE VERSION…: as `see`, without a server.
see_alone() {
    file=$1
    shift
    for each in "$@"; do
        prefect "$each"
        "$folder/$each/bin/python" "$folder/$file" >>"$folder/seen"
    done
}

# postgres: starts a PostgreSQL server and sets $database, its port. Ends with 77 where its programs are missing.
postgres() {
    bin=$(ls -d /usr/lib/postgresql/*/bin 2>"$folder/none" | tail -n 1)
    if [ -z "$bin" ]; then
        echo "Needs the programs of a PostgreSQL server, as Debian's package postgresql has them." >&2
        exit 77
    fi
    as=
    mkdir "$folder/data"
    if [ "$(id -u)" = 0 ]; then
        as="setpriv --reuid=nobody --regid=nogroup --clear-groups"
        chmod 711 "$folder"
        chown nobody:nogroup "$folder/data"
    fi
    $as "$bin/initdb" -D "$folder/data" -A trust -U postgres >"$folder/initdb.log"
    database=$(free_port)
    $as "$bin/postgres" -D "$folder/data" -h 127.0.0.1 -p "$database" -k "$folder/data" >"$folder/postgres.log" 2>&1 &
    started="$started $!"
    until "$bin/pg_isready" -q -h 127.0.0.1 -p "$database"; do sleep 0.2; done
}

# see_on_postgres FILE VERSION…: as `see`, with a new database of the server that `postgres` started for each.
see_on_postgres() {
    script=$1
    shift
    for number in "$@"; do
        "$bin/createdb" -h 127.0.0.1 -p "$database" -U postgres "prefect-$number"
        export PREFECT_SERVER_DATABASE_CONNECTION_URL="postgresql+asyncpg://postgres@127.0.0.1:$database/prefect-$number"
        see "$script" "$number"
    done
    unset PREFECT_SERVER_DATABASE_CONNECTION_URL
}

# same: compares $folder/seen with what is given, and ends with 1 when they differ.
same() {
    cat >"$folder/expected"
    cat "$folder/seen"
    if ! diff "$folder/expected" "$folder/seen"; then
        echo "This finding is no longer true." >&2
        exit 1
    fi
}
