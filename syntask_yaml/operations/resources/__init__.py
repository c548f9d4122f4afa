"""Resources beside deployments: prepared, compared with a backend, and written there."""
