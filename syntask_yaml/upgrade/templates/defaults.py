"""The default base job template of each work pool type, as of Prefect servers 3.8 and 3.9.

`defaults.json` has the names, types, defaults and placeholders of the variables, from the
`aggregate-worker-metadata` view of a server, without titles and descriptions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

Template = Mapping[str, Any]

_FILE = Path(__file__).with_name("defaults.json")


@cache
def default_templates() -> Mapping[str, Template]:
    """Return the templates by pool type."""
    templates: Mapping[str, Template] = json.loads(_FILE.read_text(encoding="utf-8"))
    return templates
