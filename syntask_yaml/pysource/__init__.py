"""Static analysis of Python source. Except `load`, nothing here executes the code that it reads.

locate        find the file of a module, like an import
module        read and parse a file
module_index  the modules of a project, each located and read once
imports       the imports of a file, found without parsing most files
import_graph  the imports between the files of a project
bindings      the statements that bind names
scope         the location of code in its module
symbols       the things that names can refer to
lookup        resolve a name in a scope to its symbol
values        evaluate constant expressions
signature     the parameters of a function
entrypoint    parse entrypoints
load          import a user's module, or execute a file
"""
