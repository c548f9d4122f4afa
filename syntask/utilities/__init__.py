"""A counterpart of Prefect's package of annotations: `syntask.utilities.annotations`."""
