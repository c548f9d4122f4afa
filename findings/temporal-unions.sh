#!/bin/sh
# temporalio 1.35.0: an argument of the type `Full | Range` arrives as the first of them that can be made, without the rest.
#
# Behaviour: the converter that clients and workers use writes a dataclass as JSON, and reads it by the annotation of the
# workflow. Of a union, it takes the first that does not fail, and fields that a class does not have are left out. A
# `Range(table, since)` is so a `Full(table)`, if Full stands first. An `int` takes 1.5 as 1, and an annotation
# `datetime | str` makes a time of `2026-12-01`. `pydantic_data_converter` of the package keeps all of these, refusing 1.5.
# Seen:   Full | Range      Range(table="sales", since=5)      arrives as Full(table="sales")
#         Range | Full      the same                           arrives as it was sent
#         int               1.5                                arrives as 1
# Why it matters: the load of a day becomes the load of a whole table, without an error or a warning, and the type checker
# agrees with both sides. The history shows what was sent, with `since`. Put a `Literal` field or a kind into each class
# and check it, or use the converter for pydantic on both sides.
. "$(dirname "$0")/lib.sh"
install venv temporalio==1.35.0 pydantic==2.14.4
"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
import asyncio
from dataclasses import dataclass
from datetime import datetime

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter


@dataclass
class Full:
    table: str


@dataclass
class Range:
    table: str
    since: int


async def main():
    for name, converter in {"default": DataConverter.default, "pydantic": pydantic_data_converter}.items():
        for value, kind in (
            (Range("sales", 5), Full | Range),
            (Range("sales", 5), Range | Full),
            (1.5, int),
            ("2026-12-01", datetime | str),
        ):
            sent = await converter.encode([value])
            try:
                arrived = repr((await converter.decode(sent, [kind]))[0])
            except Exception as error:
                arrived = type(error).__name__
            print(name, "|", sent[0].data.decode(), "|", getattr(kind, "__name__", kind), "|", arrived)


asyncio.run(main())
PYTHON
sed -i 's/__main__\.//g' "$folder/seen"
same <<'TEXT'
default | {"since":5,"table":"sales"} | Full | Range | Full(table='sales')
default | {"since":5,"table":"sales"} | Range | Full | Range(table='sales', since=5)
default | 1.5 | int | 1
default | "2026-12-01" | datetime.datetime | str | datetime.datetime(2026, 12, 1, 0, 0)
pydantic | {"table":"sales","since":5} | Full | Range | Range(table='sales', since=5)
pydantic | {"table":"sales","since":5} | Range | Full | Range(table='sales', since=5)
pydantic | 1.5 | int | ValidationError
pydantic | "2026-12-01" | datetime.datetime | str | '2026-12-01'
TEXT
