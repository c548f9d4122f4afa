"""How cases observe: states, errors and log lines as text."""

import contextlib
import logging

import syntask


def shown(state):
    """A state as `TYPE Name`."""
    return f"{state.type.value} {state.name}"


def error_of(call, *args, **kwargs):
    """The class and text of the error that *call* ends with."""
    try:
        call(*args, **kwargs)
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    return "no error"


def error_class(call, *args, **kwargs):
    """The class of the error that *call* ends with."""
    return error_of(call, *args, **kwargs).partition(":")[0]


@contextlib.contextmanager
def log_lines(level=logging.INFO, keep=lambda record: None):
    """The lines that runs log meanwhile, as `LEVEL text`; *keep* gets each record."""
    lines = []

    def emit(record):
        lines.append(f"{record.levelname} {record.getMessage()}")
        keep(record)

    handler = logging.Handler(level)
    handler.emit = emit
    loggers = [logging.getLogger(f"{syntask.__name__}.{name}") for name in ("flow_runs", "task_runs")]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield lines
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
