"""Write a page of Markdown into the comment that this action made on a pull request, or into a new one.

The environment says which: `PAGE` is the file, `KEY` tells one comment of the action from another, and
`AUTHOR` is the account that `TOKEN` belongs to. A comment of anybody else is not touched, whatever it holds.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

_PER_PAGE = 100
_TIMEOUT = 30.0


def main() -> int:
    repository = os.environ["GITHUB_REPOSITORY"]
    comments = f"/repos/{repository}/issues/{os.environ['PULL_REQUEST']}/comments"
    mark = f"<!-- syntask plan {sha256(os.environ['KEY'].encode()).hexdigest()[:16]} -->"
    body = {"body": f"{mark}\n{Path(os.environ['PAGE']).read_text(encoding='utf-8')}"}
    try:
        found = next((each for each in _all(comments) if _is_ours(each, mark)), None)
        if found is None:
            _call("POST", comments, body)
        else:
            _call("PATCH", f"/repos/{repository}/issues/comments/{found['id']}", body)
    except HTTPError as error:
        hint = "Give the job the permission `pull-requests: write`, or set `comment: false`."
        print(f"::error::GitHub refused the comment with {error.code} {error.reason}. {hint}")
        return 1
    except (URLError, TimeoutError) as error:
        print(f"::error::GitHub could not be reached for the comment: {error}. Run the job again.")
        return 1
    return 0


def _all(path: str) -> Iterator[dict[str, Any]]:
    number = 1
    while some := _call("GET", f"{path}?per_page={_PER_PAGE}&page={number}"):
        yield from some
        number += 1


def _is_ours(comment: dict[str, Any], mark: str) -> bool:
    author = (comment.get("user") or {}).get("login")
    return author == os.environ["AUTHOR"] and (comment.get("body") or "").startswith(mark)


def _call(method: str, path: str, body: dict[str, str] | None = None) -> Any:
    request = Request(
        os.environ.get("GITHUB_API_URL", "https://api.github.com") + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {os.environ['TOKEN']}",
            "Content-Type": "application/json",
        },
    )
    with urlopen(request, timeout=_TIMEOUT) as answer:
        return json.load(answer)


if __name__ == "__main__":
    sys.exit(main())
