"""The job summary of GitHub Actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from syntask_yaml.cli.views.reports.report import CommandReport
from syntask_yaml.errors import FileFailed


def add_to_summary(report: CommandReport, environ: Mapping[str, str]) -> None:
    """Append the page of *report*, cut to the limit, to the job summary if there is one.

    Raises FileFailed.
    """
    name = environ.get("GITHUB_STEP_SUMMARY")
    if not name:
        return
    from syntask_yaml.cli.views.markdown import SUMMARY
    from syntask_yaml.cli.views.reports.markdown import page

    file = Path(name)
    try:
        used = file.stat().st_size if file.exists() else 0
        text = page(report, replace(SUMMARY, most=SUMMARY.most - used))
        with file.open("a", encoding="utf-8") as summary:
            summary.write(text)
    except OSError as error:
        detail = f"Cannot write the summary of the job to `{file}`: {error.strerror or error}."
        raise FileFailed(detail, hint="Unset `GITHUB_STEP_SUMMARY` to go without it.") from error
