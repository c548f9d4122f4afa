"""Commands of agents in scripts, workflows, images and systemd units."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from itertools import chain, islice

from syntask_yaml.project.agent_files import MAX_BYTES, is_converted
from syntask_yaml.source import Source, Span
from syntask_yaml.upgrade.find import FoundFile
from syntask_yaml.upgrade.script_commands import RUN, DeployScripts
from syntask_yaml.upgrade.secrets import hide_in_text

# Limits: generated files have more commands, and no command is longer.
_MAX_COMMANDS = 500
_MAX_LENGTH = 20_000
_MAX_LINE = 1_000

_VERBS = {
    "deployment": (
        "build|apply|create|set-schedule|run|inspect|ls|delete|(?:pause|resume)(?:-schedule)?|"
        r"schedule[ \t]+(?:create|clear|delete|pause|resume)"
    ),
    "agent": "start",
    "orion": r"[\w-]+",
}
_VERB = "|".join(rf"{group}[ \t]+(?:{verbs})" for group, verbs in _VERBS.items())
_COMMAND = re.compile(rf"(?<![\w./$-])(?:python[\d.]*[ \t]+-m[ \t]+)?prefect[ \t]+(?P<verb>{_VERB})(?![\w-])")
_LIST = re.compile(
    r"""(?P<quote>["'])prefect(?P=quote)[ \t]*,[ \t]*(?P=quote)(?P<group>deployment|agent|orion)(?P=quote)"""
    r"""[ \t]*,[ \t]*(?P=quote)(?P<verb>[\w-]+)(?P=quote)(?P<rest>[^\]\n]*)"""
)
_SINGLE, _DOUBLE = re.compile(r"'[^']*'"), re.compile(r'"[^"]*"')
_FILLED, _GLOB = re.compile(r"[$`%]|\{\{"), re.compile(r"[*?{\[]")
_WORDS = re.compile(r"""["']?([^\s"',-][^\s"',]*|-[^\s"',]+)["']?""")
_QUOTED = re.compile(r"""\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"',]+)""")
_ITEM = r"""[ \t]*\r?\n[ \t]*-[ \t]*["']?"""
_ITEMS = re.compile(
    rf"""-[ \t]*["']?prefect["']?{_ITEM}(?P<group>deployment|agent|orion)["']?"""
    rf"""{_ITEM}(?P<verb>[\w-]+)["']?(?P<rest>(?:[ \t]*\r?\n[ \t]*-[ \t]*[^\r\n]+)*)"""
)
_OTHERS = (
    (re.compile(r"prefecthq/prefect:2[\w.-]*"), "image-of-prefect-2"),
    (
        re.compile(r"\bprefect(?:\[[\w,]*\])?[ ]*(?:[=~]=[ ]*2\.[\w.*]+|<[ ]*3(?:\.0)*(?![\w.]))"),
        "installs-prefect-2",
    ),
    (re.compile(r"\bprefect/prefect-agent\b|(?<=chart: )prefect-agent\b"), "helm-agent"),
)

# Contexts in which a shell reads the text of a command, so that it can be rewritten.
_SHELLS = (
    *("*.sh", "*.bash", "*.zsh", "Makefile", "makefile", "GNUmakefile", "*.mk", "justfile", "Justfile"),
    *("Procfile", "Dockerfile*", "*.Dockerfile", "Containerfile*", ".gitlab-ci.yml"),
    *("docker-compose*.y*ml", "compose*.y*ml"),
)
_WINDOWS = frozenset({".bat", ".cmd", ".ps1"})
_WORKFLOWS = (".github/workflows/", ".circleci/", ".buildkite/", ".gitlab/")


@dataclass(frozen=True, slots=True)
class Command:
    """A `prefect` command in a file: the *words* behind the verb, and its location.

    *span* is a location in the text without secrets. *is_plain*: no part of it is substituted. *may_edit*:
    its file is rewritten. *quote* is the quote around each word of a list; empty for a shell command.
    """

    file: FoundFile
    span: Span
    verb: str
    words: tuple[str, ...] = field(default=(), repr=False)
    is_plain: bool = False
    may_edit: bool = False
    quote: str = ""

    def spelled(self, words: Sequence[str]) -> str:
        """Return *words* in the spelling of this command's file."""
        if self.quote:
            return ", ".join(f"{self.quote}{word}{self.quote}" for word in words)
        return shlex.join(words)

    def values(self, *options: str) -> list[str]:
        """Return the values of an option, by any of its spellings."""
        found = []
        for index, word in enumerate(self.words):
            name, equals, value = word.partition("=")
            if name not in options:
                continue
            if equals:
                found.append(value)
            elif index + 1 < len(self.words):
                found.append(self.words[index + 1])
        return found

    def has(self, *flags: str) -> bool:
        """Return whether one of *flags* is given."""
        return any(word in flags for word in self.words)

    def arguments(self, *with_value: str) -> list[str]:
        """Return the words that are neither options nor the values of options *with_value*."""
        found, skips = [], False
        for word in self.words:
            if skips:
                skips = False
            elif word.startswith("-"):
                skips = word in with_value
            else:
                found.append(word)
        return found


@dataclass(frozen=True, slots=True)
class FoundCommands:
    """The commands in a file, and its *text* with the original line ends."""

    file: FoundFile
    text: str = field(repr=False)
    commands: tuple[Command, ...]


_NO_SCRIPTS = DeployScripts()


def read_commands(file: FoundFile, scripts: DeployScripts = _NO_SCRIPTS) -> FoundCommands | None:
    """Return the commands in a file, also those that run *scripts*; None if it has none or is not text."""
    try:
        with file.path.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
        if not (b"prefect" in content or scripts.may_be_in(content)):
            return None
        if len(content) > MAX_BYTES or is_converted(content):
            return None
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    found = sorted((*_found(file, text), *_runs(file, text, scripts)), key=lambda each: each.span.start)
    return FoundCommands(file, text, tuple(found)) if found else None


def _found(file: FoundFile, text: str) -> Iterator[Command]:
    source = Source(file.shown, hide_in_text(text))
    may_edit = is_shell(file)
    end = 0
    for match in islice(_COMMAND.finditer(text), _MAX_COMMANDS):
        if match.start() < end or _is_comment(text, match.start()):
            continue
        end = _end(text, match.end())
        rest = text[match.end() : end]
        words = _words(file, rest)
        verb = " ".join(match["verb"].split())
        is_plain = words is not None and not _is_filled_in(text[match.start() : end])
        yield Command(
            file,
            Span(source, match.start(), end),
            verb,
            words or tuple(_WORDS.findall(rest)),
            is_plain,
            may_edit,
        )
    for match in islice(chain(_LIST.finditer(text), _ITEMS.finditer(text)), _MAX_COMMANDS):
        verb, words = _listed(match)
        if not _is_comment(text, match.start()) and _is_known(*verb.split(" ", 1)):
            is_plain = _FILLED.search(match[0]) is None
            quote = match.groupdict().get("quote", "")
            span = Span(source, match.start(), match.start() + len(match[0].rstrip()))
            yield Command(file, span, verb, words, is_plain, may_edit and bool(quote), quote)
    for pattern, code in _OTHERS:
        for match in islice(pattern.finditer(text), _MAX_COMMANDS):
            if not _is_comment(text, match.start()):
                yield Command(file, Span(source, *match.span()), code)


def _runs(file: FoundFile, text: str, scripts: DeployScripts) -> Iterator[Command]:
    """Yield the commands that run a deploying script."""
    source, may_edit = Source(file.shown, hide_in_text(text)), is_shell(file)
    for match in islice(scripts.runs(text), _MAX_COMMANDS):
        end = _end(text, match.end())
        words = _words(file, text[match.end() : end]) or ()
        if not _is_comment(text, match.start()) and words and scripts.find(file.path.parent, words[0]):
            is_plain = not _is_filled_in(text[match.start() : end])
            yield Command(file, Span(source, match.start(), end), RUN, words, is_plain, may_edit)
    for match in islice(scripts.listed(text), _MAX_COMMANDS):
        if not _is_comment(text, match.start()) and scripts.find(file.path.parent, match["script"]):
            words = (match["script"], *_WORDS.findall(match["rest"]))
            is_plain = _FILLED.search(match[0]) is None
            span = Span(source, match.start(), match.start() + len(match[0].rstrip()))
            yield Command(file, span, RUN, words, is_plain, may_edit, match["quote"])


def _listed(match: re.Match[str]) -> tuple[str, tuple[str, ...]]:
    """Return the verb of a command that is a list of words, and the words behind it."""
    if match.re is _ITEMS:
        lines = (line.strip().removeprefix("-").strip() for line in match["rest"].splitlines())
        words = [line.strip("\"'") for line in lines if line]
    else:
        words = [
            each["double"] or each["single"] or each["bare"] or "" for each in _QUOTED.finditer(match["rest"])
        ]
    verb = [match["group"], match["verb"]]
    if match["verb"] == "schedule":
        verb, words = [*verb, *words[:1]], words[1:]
    return " ".join(verb), tuple(words)


def _is_filled_in(command: str) -> bool:
    """Return whether a shell or a template substitutes a part of the command."""
    written = _SINGLE.sub("", command)
    return _FILLED.search(written) is not None or _GLOB.search(_DOUBLE.sub("", written)) is not None


def _is_known(group: str, verb: str) -> bool:
    return re.fullmatch(_VERBS[group], verb) is not None


def is_shell(file: FoundFile) -> bool:
    """Return whether commands in a file are rewritten: a shell, or a program that calls one, reads them."""
    name = file.path.name
    return any(fnmatch(name, pattern) for pattern in _SHELLS) or any(
        part in file.shown for part in _WORKFLOWS
    )


def _is_comment(text: str, at: int) -> bool:
    begin = max(at - _MAX_LINE, 0)
    line = text[max(text.rfind("\n", begin, at) + 1, begin) : at]
    return re.match(r"\s*(?:#|//|::|REM\b)", line) is not None or re.search(r"\s#\s", line) is not None


def _end(text: str, start: int) -> int:
    """Return the end of the command at *start*: the end of its line, or the start of the next shell token."""
    quote, index = "", start
    while index < min(len(text), start + _MAX_LENGTH):
        character = text[index]
        if character == "\\" and quote != "'":
            index += 3 if text[index + 1 : index + 3] == "\r\n" else 2
            continue
        if quote and character not in "\r\n":
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in "\r\n;|&()<>" or (character == "#" and text[index - 1].isspace()):
            break
        index += 1
    return len(text[:index].rstrip(" \t"))


def _words(file: FoundFile, text: str) -> tuple[str, ...] | None:
    if file.path.suffix.lower() in _WINDOWS:
        text = text.replace("\\", "/")
    try:
        return tuple(shlex.split(text.replace("\\\r\n", " ").replace("\\\n", " ")))
    except ValueError:
        return None
