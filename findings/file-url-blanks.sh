#!/bin/sh
# fsspec 2026.9.0, universal-pathlib 0.3.10, smart-open 9.0.2: what `Path.as_uri()` writes is read as another file.
#
# Behaviour: CPython writes the address of a file as the standard says, with `%20` for a blank and `%23` for `#`. The three
# take `file://` from its beginning and use the rest as it is. Reading fails, and writing makes a file with `%20` in its
# name, which the same library reads back. pyarrow 26.0.1 reads and writes the file that was meant.
# Seen, of `day 1.csv`:   pyarrow                                   read; written
#                         fsspec, universal-pathlib, smart-open     FileNotFoundError; written to day%201.csv
# Why it matters: a flow hands the address of its output to the next, or a deployment has it as a parameter, and this works
# until a folder has a blank, as that of a customer or a synchronised drive does. Then the first flow succeeds, what it
# wrote is elsewhere, and the second reads what is left from the day before. Hand over `str(path)`, which all of them read.
. "$(dirname "$0")/lib.sh"
install venv fsspec==2026.9.0 universal-pathlib==0.3.10 smart-open==9.0.2 pyarrow==26.0.1
"$folder/venv/bin/python" - "$folder" >"$folder/seen" <<'PYTHON'
import sys
from pathlib import Path

import fsspec
import smart_open
from pyarrow.fs import FileSystem
from upath import UPath


class Arrow:
    """Opens an address with pyarrow."""

    def __init__(self, address):
        self.files, self.path = FileSystem.from_uri(address)

    def read_text(self):
        with self.files.open_input_stream(self.path) as stream:
            return stream.read().decode()

    def write_text(self, text):
        with self.files.open_output_stream(self.path) as stream:
            stream.write(text.encode())


class Opened:
    """Opens an address with a function that is called as `open` is."""

    def __init__(self, opener, address):
        self.opener, self.address = opener, address

    def read_text(self):
        with self.opener(self.address, "r") as stream:
            return stream.read()

    def write_text(self, text):
        with self.opener(self.address, "w") as stream:
            stream.write(text)


for name, opened in {
    "pyarrow": Arrow,
    "fsspec": lambda address: Opened(fsspec.open, address),
    "universal-pathlib": UPath,
    "smart-open": lambda address: Opened(smart_open.open, address),
}.items():
    path = Path(sys.argv[1], name, "day 1.csv")
    path.parent.mkdir()
    path.write_text("meant")
    try:
        read = opened(path.as_uri()).read_text()
    except FileNotFoundError:
        read = "FileNotFoundError"
    path.unlink()
    opened(path.as_uri()).write_text("")
    print(name, "| read:", read, "| written:", *(each.name for each in path.parent.iterdir()))
PYTHON
same <<'TEXT'
pyarrow | read: meant | written: day 1.csv
fsspec | read: FileNotFoundError | written: day%201.csv
universal-pathlib | read: FileNotFoundError | written: day%201.csv
smart-open | read: FileNotFoundError | written: day%201.csv
TEXT
