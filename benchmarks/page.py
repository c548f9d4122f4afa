"""The page with the figures: a head, and a section for each table."""

from __future__ import annotations

import re
from collections.abc import Sequence

from benchmarks.table import Table

_HEAD = """\
# Benchmarks

`make bench` measures syntask-yaml and Prefect on the same machine in the same run, prints these tables and
writes them to this page. Compare ratios, not times: the machine is noisy, and yours is a different one.
`python -m benchmarks startup validation` runs only the named benchmarks.

Last measured on {machine}. Tables that this run did not measure may come from another
machine: only what stands in one table can be compared.
"""
_SECTION = re.compile(r"^## .*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)


def with_tables(page: str, tables: Sequence[Table], *, machine: str) -> str:
    """*page* where *tables* stand in place of what was measured before under the same titles."""
    sections = {section.split("\n", 1)[0]: section.strip() for section in _SECTION.findall(page)}
    sections |= {f"## {table.title}": table.markdown().strip() for table in tables}
    return "\n\n".join([_HEAD.format(machine=machine).strip(), *sections.values()]) + "\n"
