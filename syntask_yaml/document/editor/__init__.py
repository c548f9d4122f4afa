"""Edits of a project file's text: an entry is added or replaced, a value is set, and nothing else moves.

entries      the edits, and which entry they are about
edit_session a text that is open for one edit, whose result is read again and checked
append       new entries at the end of the list
change       from one value to another by the least that has to be written
remove       keys and items that go, with their lines
node_writer  values that are put, added and removed where they hang, also in brackets
cst          the concrete syntax tree: where each key and value begins and ends
text_edits   cuts and insertions in a text
style        how the author writes
render       values as text, in that style
anchors      which anchor has a value already
difference   what an edit changes, for people
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
