"""Parse URLs from outside."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

_LOGIN = re.compile(r"(?<=//)[^/]*@")


def url_parts(text: str) -> SplitResult:
    """Return the parts of *text*. An invalid URL, such as `http://[::1`, is only a path, without a login."""
    try:
        return urlsplit(text)
    except ValueError:
        return SplitResult("", "", _LOGIN.sub("", text), "", "")
