"""Render templates. All values are escaped unless they were created as HTML here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from syntask_yaml.model.duration import duration_text
from syntask_yaml.model.run import Run
from syntask_yaml.operations.documents import json_default
from syntask_yaml.ui.ansi import visible
from syntask_yaml.ui.form.reading import shown_text


def render(template: str, values: Mapping[str, Any]) -> str:
    """Return the page rendered from *template* with *values*."""
    return _environment().get_template(template).render(values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("syntask_yaml.ui"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_escape_invisible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "when": when,
        "took": took,
        "indented_json": indented_json,
        "query": urlencode,
        "shown_text": shown_text,
        "json_line": json_line,
        "sentence": sentence,
    }
    environment.globals = {}
    return environment


def _escape_invisible(value: Any) -> Any:
    """Escape characters in texts that hide or reverse adjacent text."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def when(moment: datetime | None) -> Markup:
    """Return a local time; a script of the page adds how long ago that is."""
    if moment is None:
        return Markup("")
    local = moment.astimezone()
    text = f"{local:%Y-%m-%d %H:%M:%S}"
    return Markup('<time datetime="{}">{}</time>').format(moment.astimezone(UTC).isoformat(), text)


def took(run: Run, now: datetime) -> str:
    """Return the duration of a run; empty if it has not started."""
    return duration_text(max(run.ended or now, run.started) - run.started) if run.started else ""


def indented_json(value: Any) -> str:
    """Return a value as indented JSON."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=json_default)


def json_line(value: Any) -> str:
    """Return a value as one line of JSON."""
    return json.dumps(value, ensure_ascii=False, default=json_default)


def fragment(name: str, values: Mapping[str, Any]) -> Markup:
    """Return the part of a page rendered from the template *name*."""
    return Markup(render(f"parts/{name}.html", values))


def sentence(text: str) -> Markup:
    """Return one of our sentences with `code` marked up."""
    parts = visible(text).split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part)
        for number, part in enumerate(parts)
    )
