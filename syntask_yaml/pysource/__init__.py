"""What Python source says, found by reading it: but for `load`, nothing here runs what it reads.

locate        the file of a module, found as an import would find it
module        a file, read and parsed
module_index  the modules of a project, each located and read once
imports       what a file imports, found without parsing most files
import_graph  which files lead to others by their imports
bindings      which statement gives a name its value
scope         where a piece of code stands
symbols       what a name can refer to
lookup        from a name in a scope to its symbol
values        the value of an expression
signature     the parameters of a function
entrypoint    the text that names a function, taken apart
load          imports a module of the user's, or runs a file
"""
