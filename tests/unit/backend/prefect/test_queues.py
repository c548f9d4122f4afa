"""All work queues, where their list is in no order."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

from syntask_yaml.backend.prefect.api import Api
from syntask_yaml.backend.prefect.queues import every_queue
from syntask_yaml.backend.prefect.settings import read_connection
from tests.support.http_server import QuietHandler, serving

WHOLE = range(202)
# The second page of the list has two again, and lacks the last two.
PAGES = {0: range(200), 192: (*range(192, 200), 0, 1)}
POOL = {"id": "p", "name": "p", "type": "process", "base_job_template": {}, "is_paused": False}


def queue(number: int) -> dict[str, Any]:
    return {"id": str(number), "name": "default", "work_pool_name": "p", "is_paused": False}


class Handler(QuietHandler):
    """A server with one work pool."""

    def do_POST(self) -> None:  # noqa: N802
        offset = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["offset"]
        lists = {
            "/api/work_pools/filter": [POOL],
            "/api/work_queues/filter": [queue(number) for number in PAGES.get(offset, ())],
            "/api/work_pools/p/queues/filter": [queue(number) for number in WHOLE[offset : offset + 200]],
        }
        content = json.dumps(lists[self.path]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def test_queues_that_are_on_no_page_are_read_pool_by_pool() -> None:
    with serving(Handler) as port, closing(Api(read_connection(f"http://127.0.0.1:{port}/api", {}))) as api:
        assert [raw["id"] for raw in every_queue(api)] == [str(number) for number in WHOLE]
