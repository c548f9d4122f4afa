"""Edit a project file's text: add or replace an entry, set a value, and leave the rest unchanged.

entries      the edits, and the entry that they change
edit_session a text that is open for one edit, whose result is parsed again and verified
append       add entries at the end of the list
change       change a value with a minimal edit
remove       remove keys and items with their lines
node_writer  write, add and remove values in block and flow style
cst          the concrete syntax tree: the start and end of each key and value
text_edits   cuts and insertions in a text
style        detect the indentation and quotes of a file
render       format values as text in this style
anchors      find an anchor with a given value
difference   the diff of an edit
"""

from syntask_yaml.document.editor.difference import difference
from syntask_yaml.document.editor.entries import (
    add_entries,
    add_entry,
    replace_entry,
    set_values,
    unset_values,
)

__all__ = ["add_entries", "add_entry", "difference", "replace_entry", "set_values", "unset_values"]
