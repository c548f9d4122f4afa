"""The flows of the team search."""

from syntask import flow


@flow
def crawl_catalog(region: str = "eu", dry_run: bool = True) -> str:
    """Crawl catalog."""
    message = f"crawl_catalog in {region}{' (dry run)' if dry_run else ''}"
    print(message)
    return message


@flow
def build_index(region: str = "eu", dry_run: bool = True) -> str:
    """Build index."""
    message = f"build_index in {region}{' (dry run)' if dry_run else ''}"
    print(message)
    return message


@flow
def warm_caches(region: str = "eu", dry_run: bool = True) -> str:
    """Warm caches."""
    message = f"warm_caches in {region}{' (dry run)' if dry_run else ''}"
    print(message)
    return message


@flow
def rank_products(region: str = "eu", dry_run: bool = True) -> str:
    """Rank products."""
    message = f"rank_products in {region}{' (dry run)' if dry_run else ''}"
    print(message)
    return message


@flow
def measure_quality(region: str = "eu", dry_run: bool = True) -> str:
    """Measure quality."""
    message = f"measure_quality in {region}{' (dry run)' if dry_run else ''}"
    print(message)
    return message
