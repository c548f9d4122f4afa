"""Convert scalars to values of a document; invalid ones are problems, and stay text."""

from __future__ import annotations

from math import isfinite

from syntask_yaml.document.problems import Problems
from syntask_yaml.document.scalars import TAGS, Scalar, is_decimal, is_text, odd_base, plain_scalar, tagged


def plain_value(text: str, start: int, problems: Problems) -> Scalar:
    """Return the value of the unquoted scalar *text*."""
    if is_text(text):
        return text
    if is_decimal(text):
        return int(text)
    try:
        value = plain_scalar(text)
    except ValueError:
        return _misfit(text, "a number", start, problems)
    if type(value) is str:
        return value
    if type(value) is float and not isfinite(value):
        detail = f"`{text}` cannot be stored: values are stored as JSON, which has no such number."
        problems.report("wrong-value", detail, "Quote it, and convert it in the flow.", start)
    if type(value) in (int, float) and (base := odd_base(text)):
        detail = f"The unquoted `{text}` is the number {value}: YAML 1.1 reads it in base {base}."
        problems.warn("odd-number", detail, f'Write `{value}`, or `"{text}"` for the text.', start)
    return value


def tagged_value(text: str, tag: str, start: int, problems: Problems) -> Scalar:
    """Return the value of the scalar *text* with an explicit tag."""
    if tag == "!":
        return text
    if tag not in TAGS:
        problems.report_tag(tag, start)
        return text
    try:
        return tagged(text, tag)
    except ValueError:
        return _misfit(text, tag.rpartition(":")[2], start, problems)


def _misfit(text: str, kind: str, start: int, problems: Problems) -> str:
    problems.report(
        "wrong-type", f"`{text[:60]}` cannot be read as {kind}.", "Quote it if it is text.", start
    )
    return text
