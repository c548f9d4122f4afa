"""`syntask.client.schemas.objects` has states and their types."""
