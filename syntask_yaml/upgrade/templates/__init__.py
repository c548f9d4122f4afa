"""Infrastructure blocks as base job templates of work pools: pure, given the default template of the type.

defaults     the default template of each type, for when no server is at hand
references   references to blocks, as a server keeps them
lift         a concrete value becomes what a template has in its place, and defaults of its variables
kubernetes   manifests and their patches
ecs          task definitions and patches of task runs
credentials  blocks inside of a block
secret_values  secrets in what is lifted
compose      all of it as a template
"""
