"""The first page: what is running, late, failed and coming."""

from __future__ import annotations

from urllib.parse import urlencode

from markupsafe import Markup

from syntask_yaml.operations.status.read import read_status
from syntask_yaml.operations.status.svg import NARROW, draw_svg
from syntask_yaml.operations.status.timeline import Lane
from syntask_yaml.operations.status.window import SCALES, Window
from syntask_yaml.ui.site import Page, PageRequest, Site

# The number of rows of each list; a link leads to the rest.
_SHOWN = 10


def show_now(site: Site, asked: PageRequest) -> Page:
    """Show the current status of the backend."""
    scale = asked.query.get("scale", "day")
    scale = scale if scale in SCALES else "day"
    status = read_status(site.backend, Window.around(site.clock(), SCALES[scale]))
    # The content of the picture is escaped by `draw_svg`.
    picture = Markup(draw_svg(status.timeline, links=_link))
    narrow = Markup(draw_svg(status.timeline, links=_link, id="narrow-timeline", layout=NARROW))
    is_empty = not status.timeline.lanes and not site.backend.deployment_page(limit=1).count
    return Page(
        "now.html",
        {
            "status": status,
            "picture": picture,
            "narrow_picture": narrow,
            "is_empty": is_empty,
            "scale": scale,
            "scales": tuple(SCALES),
            "shown": _SHOWN,
        },
    )


def _link(lane: Lane) -> str | None:
    return f"/deployment?{urlencode({'name': lane.deployment})}" if lane.deployment else None
