"""What a backend has as project files: deployments, and resources beside them."""
