"""Where Prefect has its annotations: `syntask.utilities.annotations`."""
