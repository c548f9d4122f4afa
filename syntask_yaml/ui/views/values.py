"""Variables and blocks. Of a block only its name is shown, as most of them hold secrets."""

from __future__ import annotations

from syntask_yaml.ui.site import Page, PageRequest, Site
from syntask_yaml.ui.views.masking import without_secrets


def show_values(site: Site, _asked: PageRequest) -> Page:
    """Show variables, with their values unless their name says that they are secret, and names of blocks."""
    variables = [
        (each.name, without_secrets({each.name: each.value})[each.name], each.tags)
        for each in site.backend.variables()
    ]
    return Page("values.html", {"variables": variables, "blocks": site.backend.blocks()})
