"""Check the headers of a request before it is processed, and add headers to every response.

A browser lets any web page send requests to a program on its own machine. So the host of the URL must be ours
(not another name that resolves to this machine), and requests that change something must come from our own
pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from syntask_yaml.urls import url_parts

_HOST = re.compile(r"(?:\[(?P<address>[0-9A-Fa-f:.]+)\]|(?P<name>[\w.-]+))(?::\d{1,5})?", re.ASCII)
SAFE_METHODS = frozenset({"GET", "HEAD"})
# No external resources, no inline scripts, and no framing by other sites. Without referrers between our own
# pages, a browser would send `null` as the origin of their forms.
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Gate:
    """Accepts requests for one of *names*, or for an IP address, that do not come from another site.

    With *is_read_only*, reject requests that would change something.
    """

    names: frozenset[str]
    is_read_only: bool = False

    @classmethod
    def of(cls, names: Iterable[str], *, is_read_only: bool) -> Gate:
        return cls(frozenset({"localhost", *(name.lower() for name in names)}), is_read_only)

    def objection(self, method: str, headers: Mapping[str, str]) -> str:
        """Return a sentence on why a request is rejected; empty if it is accepted."""
        host = headers.get("host", "")
        if not self._is_ours(host):
            return "The web UI is not served under this name. Use the address that `syntask ui` printed."
        if _is_of_other_site(method, headers, host):
            return "The request comes from another site."
        if self.is_read_only and method not in SAFE_METHODS:
            return "The web UI is read-only. Start `syntask ui` without `--read-only` to make changes."
        return ""

    def _is_ours(self, host: str) -> bool:
        name = _hostname(host)
        return name in self.names or _is_address(name)


def _hostname(host: str) -> str:
    """Return the name or address in a `Host` header, without its port; empty if it is invalid."""
    found = _HOST.fullmatch(host)
    return (found["address"] or found["name"].rstrip(".")).lower() if found else ""


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _is_of_other_site(method: str, headers: Mapping[str, str], host: str) -> bool:
    """Return whether another site sent a request or embeds the response, as far as the browser says.

    Links from other sites to our pages are accepted: the other site cannot read the result.
    """
    is_link = method in SAFE_METHODS and headers.get("sec-fetch-mode") == "navigate"
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin") and not is_link:
        return True
    origin = headers.get("origin")
    return origin is not None and url_parts(origin).netloc.lower() != host.lower()
