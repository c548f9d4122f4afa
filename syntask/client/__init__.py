"""Where Prefect has its client. Of that, flow code needs the states: `syntask.client.schemas`."""
