"""Resources in a project file: what is written, what is wrong with it, and what it comes to."""

from syntask_yaml.project.resources.bind import BoundResource, bind_resource
from syntask_yaml.project.resources.declared import DeclaredResource, resources_of

__all__ = ["BoundResource", "DeclaredResource", "bind_resource", "resources_of"]
