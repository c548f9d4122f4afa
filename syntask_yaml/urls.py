"""URLs that somebody else wrote."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

_LOGIN = re.compile(r"(?<=//)[^/]*@")


def url_parts(text: str) -> SplitResult:
    """The parts of *text*. A text that is no URL, such as `http://[::1`, is a path alone, without a login."""
    try:
        return urlsplit(text)
    except ValueError:
        return SplitResult("", "", _LOGIN.sub("", text), "", "")
