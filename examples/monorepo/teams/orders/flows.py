"""The flows of the team orders."""

from syntask import flow


@flow
def import_orders(region: str = "eu", dry_run: bool = True) -> str:
    """Import orders."""
    message = f"import_orders in {region}{' (dry run)' if dry_run else ''}"
    print(message)
    return message


@flow
def match_payments(region: str = "eu", dry_run: bool = True) -> str:
    """Match payments."""
    message = f"match_payments in {region}{' (dry run)' if dry_run else ''}"
    print(message)
    return message


@flow
def ship_orders(region: str = "eu", dry_run: bool = True) -> str:
    """Ship orders."""
    message = f"ship_orders in {region}{' (dry run)' if dry_run else ''}"
    print(message)
    return message


@flow
def cancel_stale(region: str = "eu", dry_run: bool = True) -> str:
    """Cancel stale."""
    message = f"cancel_stale in {region}{' (dry run)' if dry_run else ''}"
    print(message)
    return message


@flow
def export_orders(region: str = "eu", dry_run: bool = True) -> str:
    """Export orders."""
    message = f"export_orders in {region}{' (dry run)' if dry_run else ''}"
    print(message)
    return message
