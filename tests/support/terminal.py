"""A real terminal: a program that runs in it, keys that are typed, and the screen as a person sees it."""

from __future__ import annotations

import fcntl
import struct
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType

import pexpect
import pyte

PATIENCE = 30.0

ENTER, DOWN, UP, BACKSPACE = "\r", "\x1b[B", "\x1b[A", "\x7f"
CTRL_B, CTRL_C, CTRL_D, CTRL_U = "\x02", "\x03", "\x04", "\x15"


class NeverShown(AssertionError):
    """What was waited for did not appear; the message is the screen."""


class _Screen(pyte.HistoryScreen):
    """A screen that replies to what a program asks of it, such as where the cursor is."""

    reply: Callable[[str], object]

    def write_process_input(self, data: str) -> None:
        self.reply(data)


def _set_size(columns: int, rows: int) -> None:
    """Set the size of the terminal that is the standard input of this process."""
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def _without_size(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables without those that programs believe more than their terminal.

    The readline library of a process sets them for the processes that it starts.
    """
    return {name: value for name, value in environ.items() if name not in ("COLUMNS", "LINES")}


class Terminal:
    """*command* in a pseudo-terminal of *columns* by *rows*, with a terminal emulator at our end."""

    def __init__(
        self,
        command: str,
        *arguments: str,
        directory: Path,
        environ: Mapping[str, str],
        columns: int = 100,
        rows: int = 60,
    ) -> None:
        self._screen = _Screen(columns, rows, history=10_000)
        self._stream = pyte.ByteStream(self._screen)
        self._child = pexpect.spawn(
            command,
            list(arguments),
            cwd=str(directory),
            env={**_without_size(environ), "TERM": "xterm-256color"},
            dimensions=(rows, columns),
            # The program may look before this process has said the size.
            preexec_fn=partial(_set_size, columns, rows),
            timeout=PATIENCE,
        )
        self._child.delaybeforesend = None
        self._screen.reply = self._child.send
        self._answered: dict[str, int] = {}

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._child.close(force=True)

    @property
    def lines(self) -> list[str]:
        """What is on the screen, without blanks at the ends of lines, and without empty lines at its end."""
        lines = [line.rstrip() for line in self._screen.display]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def cells(self) -> Iterator[list[pyte.screens.Char]]:
        """Yield the characters of each line, with their colours and weights."""
        for row in range(len(self.lines)):
            yield [
                self._screen.buffer[row][column] for column in range(len(self._screen.display[row].rstrip()))
            ]

    @property
    def colors(self) -> set[str]:
        """The colours on the screen."""
        return {cell.fg for row in self._screen.buffer.values() for cell in row.values()} - {"default"}

    @property
    def history(self) -> str:
        """Everything that was shown, with what has scrolled away."""
        rows = [*self._screen.history.top, *(self._screen.buffer[y] for y in range(self._screen.lines))]
        width = self._screen.columns
        return "\n".join("".join(row[x].data for x in range(width)).rstrip() for row in rows).rstrip()

    def type(self, keys: str) -> None:
        """Send keys."""
        self._child.send(keys)

    def see(self, text: str, *, within: float = PATIENCE) -> Terminal:
        """Wait until *text* is on the screen, whatever line ends are in between."""
        wanted = "".join(text.split())
        self._wait_for(lambda: wanted in "".join(self.text.split()), text, within)
        return self

    def _wait_for(self, is_there: Callable[[], bool], text: str, within: float = PATIENCE) -> None:
        end = time.monotonic() + within
        while not is_there():
            if not self._read() or time.monotonic() > end:
                raise NeverShown(f"`{text}` is not on this screen:\n{self.text}")

    def answer(self, question: str, keys: str = ENTER) -> None:
        """Wait for a question, once more if it was answered before, and answer it.

        Keys that come before a question is drawn may be lost.
        """
        wanted = "".join(f"? {question}".split())
        answered = self._answered.get(question, 0)
        self._wait_for(lambda: "".join(self.history.split()).count(wanted) > answered, question)
        self._answered[question] = answered + 1
        self.type(keys)

    def resize(self, columns: int, rows: int = 60) -> None:
        """Give the terminal another size, as a person who drags its corner."""
        self._screen.resize(rows, columns)
        self._child.setwinsize(rows, columns)

    def wait(self) -> int:
        """The exit code, once the program has ended."""
        end = time.monotonic() + PATIENCE
        while self._read():
            if time.monotonic() > end:
                raise NeverShown(f"the program goes on:\n{self.text}")
        self._child.close()
        code = self._child.exitstatus
        return -int(self._child.signalstatus or 0) if code is None else int(code)

    def _read(self) -> bool:
        """Take in what the program wrote; False when it has ended."""
        try:
            self._stream.feed(self._child.read_nonblocking(65536, timeout=0.2))
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        return True
