"""A counterpart of Prefect's client package, with the states: `syntask.client.schemas`."""
