"""The flows of the team billing."""

from syntask import flow


@flow
def make_invoices(region: str = "eu", dry_run: bool = True) -> str:
    """Make invoices."""
    message = f"make_invoices in {region}{' (dry run)' if dry_run else ''}"
    print(message)
    return message


@flow
def send_invoices(region: str = "eu", dry_run: bool = True) -> str:
    """Send invoices."""
    message = f"send_invoices in {region}{' (dry run)' if dry_run else ''}"
    print(message)
    return message


@flow
def collect_payments(region: str = "eu", dry_run: bool = True) -> str:
    """Collect payments."""
    message = f"collect_payments in {region}{' (dry run)' if dry_run else ''}"
    print(message)
    return message


@flow
def remind_late(region: str = "eu", dry_run: bool = True) -> str:
    """Remind late."""
    message = f"remind_late in {region}{' (dry run)' if dry_run else ''}"
    print(message)
    return message


@flow
def close_month(region: str = "eu", dry_run: bool = True) -> str:
    """Close month."""
    message = f"close_month in {region}{' (dry run)' if dry_run else ''}"
    print(message)
    return message
