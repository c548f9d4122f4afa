"""Variables and blocks. Only the names of blocks are shown, as most blocks contain secrets."""

from __future__ import annotations

from syntask_yaml.ui.site import Page, PageRequest, Site
from syntask_yaml.ui.views.masking import without_secrets


def show_values(site: Site, _asked: PageRequest) -> Page:
    """Show variables, with hidden values if their name suggests a secret, and the names of blocks."""
    variables = [
        (each.name, without_secrets({each.name: each.value})[each.name], each.tags)
        for each in site.backend.variables()
    ]
    return Page("values.html", {"variables": variables, "blocks": site.backend.blocks()})
