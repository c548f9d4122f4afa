"""The default base job template of each type of work pool, as Prefect 3.8 and 3.9 servers have it.

`defaults.json` holds names, types, defaults and places of the variables, as the view
`aggregate-worker-metadata` of such a server has them, without titles and descriptions.
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
    """Return the templates by the type of the pool."""
    templates: Mapping[str, Template] = json.loads(_FILE.read_text(encoding="utf-8"))
    return templates
