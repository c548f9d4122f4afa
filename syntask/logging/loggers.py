"""`from syntask.logging.loggers import disable_run_logger`, as in Prefect."""

from syntask.logging import disable_run_logger, get_logger, get_run_logger

__all__ = ["disable_run_logger", "get_logger", "get_run_logger"]
