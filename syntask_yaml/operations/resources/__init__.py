"""Resources beside deployments: prepared, compared with a backend, written there, and exported."""
