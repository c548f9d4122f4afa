"""Export the contents of a backend as project files: deployments and resources."""
