"""Infrastructure blocks as base job templates of work pools: pure functions of the type's default template.

defaults     the default template of each type, if no server is available
references   references to blocks, as a server stores them
lift         concrete values to constant parts of a template and defaults of variables
kubernetes   manifests and their patches
ecs          task definitions and patches of task runs
credentials  blocks nested in a block
secret_values  secrets in lifted values
compose      the composition of a template
"""
