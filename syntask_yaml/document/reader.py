"""YAML text to a tree that remembers where each value was written.

PyYAML's C parser delivers events; a stack turns them into plain data and, beside it, places. Nothing
recurses, aliases share what they stand for, and what they stand for is counted, so that neither deep
nesting nor a "billion laughs" file can cost more than a moment.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from syntask_yaml.diagnostics import Diagnostic, did_you_mean
from syntask_yaml.document.node import Node, token
from syntask_yaml.document.place import Borrowed, Branch, Place, start_of
from syntask_yaml.document.scalars import (
    BOOL,
    FLOAT,
    INT,
    MAP,
    MERGE,
    NULL,
    SEQ,
    STR,
    TAGS,
    implicit_tag,
    plain,
    tagged,
)
from syntask_yaml.source import Source, Span

MAX_BYTES = 256 * 1024 * 1024
MAX_DEPTH = 100
# A file may repeat itself through aliases, but not out of proportion to what it says.
MAX_BORROWED, MAX_BORROWED_PER_VALUE = 1_000_000, 10

try:
    from yaml.cyaml import CParser as _Parser  # type: ignore[attr-defined]  # its stubs leave it out
except ImportError:  # a PyYAML that was built without libyaml: the same events, more slowly
    from yaml import SafeLoader as _Parser  # type: ignore[assignment]


@dataclass(frozen=True)
class Document:
    """What a YAML text says: a tree, and the problems met while reading it."""

    source: Source
    root: Node
    diagnostics: tuple[Diagnostic, ...] = ()
    is_readable: bool = True


def read_file(path: Path, *, name: str | None = None) -> Document:
    """Read the file at *path*; every way in which that can fail is a diagnostic."""
    shown = str(path) if name is None else name
    try:
        if path.is_file() and path.stat().st_size > MAX_BYTES:
            detail = f"`{shown}` is larger than {MAX_BYTES >> 20} MiB."
            return _unreadable(Source(shown, ""), detail, "Split the project.")
        content = path.read_bytes()
    except OSError as error:
        detail = f"`{shown}` cannot be read: {error.strerror or error}."
        return _unreadable(Source(shown, ""), detail, "Check the path, and that you may read the file.")
    return read_bytes(content, shown)


def read_bytes(content: bytes, name: str) -> Document:
    """Read YAML from bytes: UTF-8, or UTF-16 with a byte order mark."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return read(Source(name, content.decode(encoding)))
    except UnicodeDecodeError as error:
        source = Source(name, content.decode(encoding, errors="replace"))
        start = len(content[: error.start].decode(encoding, errors="replace"))
        span = Span(source, start, start + 1)
        detail = f"Byte 0x{content[error.start]:02x} is not {encoding.removesuffix('-sig').upper()} text."
        problem = Diagnostic("unreadable-file", detail, "Save the file as UTF-8.", span=span)
        return Document(source, Node(None, source, 0), (problem,), is_readable=False)


def read(source: Source) -> Document:
    """Read one YAML document. An empty one is null."""
    if source.text.startswith("\ufeff"):
        source = Source(source.name, source.text[1:])
    with _collector_at_rest():
        return _Reader(source).read()


def _unreadable(source: Source, detail: str, hint: str) -> Document:
    problem = Diagnostic("unreadable-file", detail, hint, span=Span(source, 0, 0))
    return Document(source, Node(None, source, 0), (problem,), is_readable=False)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """No garbage collection meanwhile: reading makes no cycles, and the collector would walk
    everything made so far again and again (more than half of the time for a large file)."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _Fatal(Exception):
    """Reading cannot go on after this problem."""

    def __init__(self, problem: Diagnostic) -> None:
        super().__init__(problem.detail)
        self.problem = problem


# A mapping that is merged into another, its place, and where it is brought in.
_Merge: TypeAlias = tuple[dict[str, Any], Branch, int]


@dataclass(slots=True)
class _Open:
    """A mapping or a list whose end has not been read yet.

    *key* is one that awaits its value. *size* and *height* count the values inside, and how deep they are
    nested. *merges* are what merge keys bring, the strongest first.
    """

    value: Any
    place: Branch
    anchor: str | None
    size: int = 1
    height: int = 1
    key: str | None = None
    key_start: int = 0
    merge_start: int | None = None
    merges: list[_Merge] = field(default_factory=list)


class _Anchored(NamedTuple):
    """What an anchor stands for."""

    value: Any
    place: Place
    size: int = 1
    height: int = 0


class _MergeKey(str):
    """`<<` without quotes. With quotes it is a key like any other."""

    __slots__ = ()


_MERGE = _MergeKey("<<")


class _Reader:
    """The stack machine: one `_Open` for each container that the parser is inside of."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._problems: list[Diagnostic] = []
        self._stack: list[_Open] = []
        self._anchors: dict[str, _Anchored] = {}
        self._root: tuple[Any, Place] = (None, 0)
        self._documents = 0
        self._written = 0
        self._borrowed = 0

    def read(self) -> Document:
        try:
            self._consume(_Parser(self._source.text))
        except _Fatal as fatal:
            self._problems.append(fatal.problem)
        except yaml.MarkedYAMLError as error:
            self._problems.append(_syntax_problem(error, self._source))
        except yaml.reader.ReaderError as error:
            self._problems.append(_character_problem(_position(error, self._source), self._source))
        except UnicodeEncodeError as error:  # half of a surrogate pair
            self._problems.append(_character_problem(error.start, self._source))
        else:
            value, place = self._root
            return Document(self._source, Node(value, self._source, place), tuple(self._problems))
        nothing = Node(None, self._source, 0)
        return Document(self._source, nothing, tuple(self._problems), is_readable=False)

    def _consume(self, parser: Any) -> None:
        handlers = {
            ScalarEvent: self._scalar,
            MappingStartEvent: self._open,
            SequenceStartEvent: self._open,
            MappingEndEvent: self._close,
            SequenceEndEvent: self._close,
            AliasEvent: self._alias,
            DocumentStartEvent: self._document,
        }
        next_event = parser.get_event
        while (kind := type(event := next_event())) is not StreamEndEvent:
            handler = handlers.get(kind)
            if handler is not None:
                handler(event)

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            detail = "A project file is one YAML document; here a second one begins."
            hint = "Remove the `---` line, or move what follows into a file of its own."
            raise _Fatal(self._problem("several-documents", detail, hint, event.start_mark.index))

    def _scalar(self, event: Any) -> None:
        start: int = event.start_mark.index
        stack = self._stack
        if stack and stack[-1].key is None and type(stack[-1].value) is dict:
            self._key(stack[-1], event, start)
            return
        text = event.value
        if event.implicit[0]:
            value = self._plain(text, start)
        elif event.tag is not None:
            value = self._tagged(event, start)
        else:
            value = text
        self._add(value, start, 1, event.anchor)

    def _key(self, top: _Open, event: Any, start: int) -> None:
        key: str = event.value
        tag = implicit_tag(key) if event.implicit[0] else event.tag or STR
        if tag == MERGE:
            key = _MERGE
        elif tag in _KINDS:
            self._report_key(key, tag, start)
        elif tag not in TAGS and not event.implicit[0]:
            self._unsupported(tag, start)
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(key, start)
        self._expect_value(top, key, start)

    def _report_key(self, key: str, tag: str, start: int) -> None:
        detail = f"`{key}` without quotes is {_KINDS[tag]}, and a key is text."
        self._report("key-not-text", detail, f'Write `"{key}"`.', start)

    def _expect_value(self, top: _Open, key: str, start: int) -> None:
        is_merge = key is _MERGE
        first = top.merge_start if is_merge else top.place.keys.get(key)
        if first is not None:
            line = self._source.position(first)[0]
            hint = "Write `<<: [*one, *two]` to merge several." if is_merge else "Keep one of them."
            detail = f"`{key}` stands in this mapping already, on line {line}; the last one counts."
            self._report("duplicate-key", detail, hint, start)
        top.key, top.key_start = key, start
        if is_merge:
            top.merge_start = start
        else:
            top.place.keys[key] = start

    def _open(self, event: Any) -> None:
        start: int = event.start_mark.index
        stack = self._stack
        is_mapping = type(event) is MappingStartEvent
        if stack and stack[-1].key is None and type(stack[-1].value) is dict:
            kind = "a mapping" if is_mapping else "a list"
            hint = "Put quotes around the whole value: templates (`{{ … }}`) need them."
            raise _Fatal(self._problem("key-not-text", f"Here {kind} stands as a key.", hint, start))
        if len(stack) >= MAX_DEPTH:
            raise _Fatal(self._problem("too-deep", *_TOO_DEEP, start))
        if event.tag not in (None, "!", MAP if is_mapping else SEQ):
            self._unsupported(event.tag, start)
        stack.append(_Open({} if is_mapping else [], Branch(start), event.anchor))

    def _close(self, _event: Any) -> None:
        done = self._stack.pop()
        if done.merges:
            _merge(done)
        self._add(done.value, done.place, done.size, done.anchor, done.height)

    def _alias(self, event: Any) -> None:
        start: int = event.start_mark.index
        stack = self._stack
        found = self._anchors.get(event.anchor)
        if found is None:
            self._report_alias(event.anchor, start)
            found = _Anchored(None, start)
        self._borrow(found.size, start)
        if stack and stack[-1].key is None and type(stack[-1].value) is dict:
            self._expect_value(stack[-1], self._borrowed_key(event.anchor, found, start), start)
            return
        if len(stack) + found.height > MAX_DEPTH:
            raise _Fatal(self._problem("too-deep", *_TOO_DEEP, start))
        self._add(found.value, Borrowed(start, found.place), found.size, None, found.height)

    def _report_alias(self, name: str, start: int) -> None:
        if any(container.anchor == name for container in self._stack):
            self._report("undefined-alias", f"`*{name}` stands inside of `&{name}` itself.", "", start)
            return
        hint = did_you_mean(name, self._anchors, otherwise="If the `*` is text, put quotes around the value.")
        self._report("undefined-alias", f"No anchor `&{name}` stands before this alias.", hint, start)

    def _borrowed_key(self, name: str, found: _Anchored, start: int) -> str:
        if isinstance(found.value, str):
            return found.value
        if isinstance(found.value, (dict, list)):
            hint = "Write the key itself, as text."
            raise _Fatal(
                self._problem("key-not-text", f"`*{name}` is no text, and stands as a key.", hint, start)
            )
        key = token(self._source, start_of(found.place)).text if found.value is not None else "null"
        self._report(
            "key-not-text", f"`*{name}` is no text, and stands as a key.", f'Write `"{key}"`.', start
        )
        return key

    def _borrow(self, size: int, start: int) -> None:
        self._borrowed += size
        if self._borrowed > MAX_BORROWED + MAX_BORROWED_PER_VALUE * self._written:
            detail = (
                f"Aliases up to here stand for {self._borrowed:,} values, "
                f"out of proportion to the {self._written:,} that are written."
            )
            hint = "Write the values out where they are needed; an alias is for what a few entries share."
            raise _Fatal(self._problem("too-many-aliases", detail, hint, start))

    def _add(self, value: Any, place: Place, size: int, anchor: str | None, height: int = 0) -> None:
        """Put a finished value where it belongs: under the awaiting key, into the list, or at the root."""
        self._written += 1
        if anchor is not None:
            self._anchors[anchor] = _Anchored(value, place, size, height)
        if not self._stack:
            self._root = value, place
            return
        top = self._stack[-1]
        top.size += size
        if top.key is _MERGE:
            top.merges[:0] = self._merged(top, value, place)
            top.height = max(top.height, height)
            top.key = None
            return
        if height >= top.height:
            top.height = height + 1
        if top.key is None:
            top.place.children[len(top.value)] = place
            top.value.append(value)
        else:
            top.value[top.key] = value
            top.place.children[top.key] = place
            top.key = None

    def _merged(self, top: _Open, value: Any, place: Place) -> list[_Merge]:
        """The mappings that a merge key brings, each with its place and where it is used."""
        branch: Place = place
        used: int | None = None
        while isinstance(branch, Borrowed):
            used = branch.start if used is None else used
            branch = branch.origin
        if isinstance(value, list) and isinstance(branch, Branch):
            items = [(item, branch.children[index]) for index, item in enumerate(value)]
        else:
            items = [(value, place)]
        found = [self._merge_of(top, *item, used) for item in items]
        return [merge for merge in found if merge is not None]

    def _merge_of(self, top: _Open, value: Any, place: Place, used: int | None) -> _Merge | None:
        while isinstance(place, Borrowed):
            used = place.start if used is None else used
            place = place.origin
        if isinstance(value, dict) and isinstance(place, Branch):
            return value, place, top.key_start if used is None else used
        if value is not None:
            detail = "`<<` takes a mapping, or a list of mappings, usually as aliases."
            hint = "Write `<<: *name` or `<<: [*one, *two]`."
            self._report("merge-not-mapping", detail, hint, top.key_start)
        return None

    def _plain(self, text: str, start: int) -> Any:
        try:
            value = plain(text)
        except ValueError:
            return self._misfit(text, "a number", start)
        if type(value) is float and not isfinite(value):
            detail = f"`{text}` cannot be kept: values travel as JSON, which has no such number."
            self._report("wrong-value", detail, "Put quotes around it, and convert it in the flow.", start)
        return value

    def _tagged(self, event: Any, start: int) -> Any:
        tag: str = event.tag
        if tag == "!":
            return event.value
        if tag not in TAGS:
            self._unsupported(tag, start)
            return event.value
        try:
            return tagged(event.value, tag)
        except ValueError:
            return self._misfit(event.value, tag.rpartition(":")[2], start)

    def _misfit(self, text: str, kind: str, start: int) -> str:
        self._report(
            "wrong-type",
            f"`{text[:60]}` cannot be read as {kind}.",
            "Put quotes around it if it is text.",
            start,
        )
        return text

    def _unsupported(self, tag: str, start: int) -> None:
        shown = tag.replace("tag:yaml.org,2002:", "!!")
        detail = (
            f"The tag `{shown}` has no meaning in a project file: values are plain text, numbers, "
            "true or false, null, lists and mappings."
        )
        written = _TAG.search(self._source.text, start)
        span = token(self._source, start) if written is None else Span(self._source, *written.span())
        self._problems.append(Diagnostic("unsupported-tag", detail, "Remove the tag.", span=span))

    def _report(self, code: str, detail: str, hint: str, start: int) -> None:
        self._problems.append(self._problem(code, detail, hint, start))

    def _problem(self, code: str, detail: str, hint: str, start: int) -> Diagnostic:
        return Diagnostic(code, detail, hint, span=token(self._source, start))


_TAG = re.compile(r"!\S*")
_KINDS = {INT: "a number", FLOAT: "a number", BOOL: "true or false", NULL: "null"}
_TOO_DEEP = (
    f"Values are nested more than {MAX_DEPTH} deep here.",
    "No project is that deep: is this the file that was meant?",
)


def _merge(done: _Open) -> None:
    """Fill in what merge keys bring: keys written in place win, then the first mapping that has one."""
    for value, branch, used in done.merges:
        for key, item in value.items():
            if key not in done.value:
                done.value[key] = item
                done.place.children[key] = Borrowed(used, branch.children[key])
                done.place.keys[key] = branch.keys[key]


# What libyaml says, and what the writer most likely meant. The first entry that matches counts.
_REMEDIES: tuple[tuple[str, str], ...] = (
    (
        r"scanning an (alias|anchor)",
        "Put quotes around a value that begins with `*` or `&`, such as a cron line.",
    ),
    (r"tab character", "Indent with spaces, not tabs."),
    (
        r"cannot start any token",
        "Indent with spaces, not tabs; put quotes around values that begin with `@`, `%` or a backtick.",
    ),
    (
        r"mapping values are not allowed",
        "Put quotes around a value that contains `: `, and indent keys of one mapping alike.",
    ),
    (
        r"could not find expected ':'",
        "A key needs `: ` behind it; text of several lines needs `|`, or quotes.",
    ),
    (r"did not find expected '-'", "Indent the items of one list alike, each behind its own `- `."),
    (
        r"did not find expected key",
        "Indent keys of one mapping alike, and put quotes around values that hold quotes, `: ` or `#`.",
    ),
    (
        r"unknown escape|hexdecimal",
        "Inside double quotes a backslash starts an escape: write `\\\\`, or use single quotes.",
    ),
    (
        r"unexpected end of stream|did not find expected ',' or",
        "A quote or bracket that is opened here is never closed.",
    ),
    (r"document start", "Something stands here that belongs to no mapping and no list."),
    (r"block scalar", "Behind `|` and `>` the text begins on the next line; other values need quotes there."),
    (r"expected node content", "A value is missing here, or needs quotes because of its first character."),
    (
        r"sequence entries are not allowed",
        "Begin a list on a line of its own, and put quotes around a value that begins with `- `.",
    ),
    (r"keys are not allowed", "Put quotes around a value that begins with `? `."),
    (r"scanning a tag", "Put quotes around a value that begins with `!`."),
    (r"scanning a directive", "Put quotes around a text that begins with `%`."),
)
# Where these go wrong the parser notices at the end; what is of use is the beginning.
_OPENED = re.compile(r"unexpected end of stream|did not find expected ',' or")


def _syntax_problem(error: yaml.MarkedYAMLError, source: Source) -> Diagnostic:
    what = ", ".join(part for part in (error.context, error.problem) if part)
    hint = next((remedy for pattern, remedy in _REMEDIES if re.search(pattern, what)), "")
    mark = (_OPENED.search(what) and error.context_mark) or error.problem_mark or error.context_mark
    start = min(mark.index, len(source.text)) if mark else 0
    return Diagnostic("invalid-yaml", f"This is not YAML: {what}.", hint, span=Span(source, start, start + 1))


def _position(error: yaml.reader.ReaderError, source: Source) -> int:
    """The index of the character that *error* is about; libyaml counts bytes."""
    if error.encoding == "?":
        return len(source.text.encode()[: int(error.position)].decode(errors="ignore"))
    return int(error.position)


def _character_problem(position: int, source: Source) -> Diagnostic:
    start = min(position, max(len(source.text) - 1, 0))
    detail = f"Character {source.text[start : start + 1]!r} cannot stand in YAML."
    hint = "Is this a text file? Write special characters as escapes inside double quotes."
    return Diagnostic("unreadable-file", detail, hint, span=Span(source, start, start + 1))
