"""A real browser, of which everything that it asks for and complains about is kept."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
AXE = Path(__file__).parents[2] / ".servers/node_modules/axe-core/axe.min.js"
# A browser in a container or of root cannot have a sandbox; and it is to keep to itself.
_OPTIONS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


@contextmanager
def started_browser() -> Iterator[Browser]:
    """Start Chromium meanwhile."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_OPTIONS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Tab:
    """A *page*, the hosts that it asked, and what it complained of: errors, refused scripts, dialogs."""

    page: Page
    hosts: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def dismiss(self, dialog: Dialog) -> None:
        self.complaints.append(dialog.message)
        dialog.dismiss()

    def violations(self) -> list[str]:
        """What axe says is not accessible."""
        # Evaluated from outside the page, whose policy allows no other script.
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: list[dict[str, Any]] = self.page.evaluate("axe.run().then((result) => result.violations)")
        return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]

    def tab_to(self, selector: str) -> None:
        """Press the tabulator key until what *selector* finds has the focus."""
        for _ in range(60):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"no key leads to {selector}")


@contextmanager
def open_tab(browser: Browser, **options: Any) -> Iterator[Tab]:
    """Open a tab with nothing remembered."""
    context = browser.new_context(**options)
    tab = Tab(context.new_page())
    tab.page.on("request", lambda request: tab.hosts.add(urlsplit(request.url).hostname or ""))
    tab.page.on("console", tab.hear)
    tab.page.on("pageerror", lambda error: tab.complaints.append(str(error)))
    tab.page.on("dialog", tab.dismiss)
    try:
        yield tab
    finally:
        context.close()
