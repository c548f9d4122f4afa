#!/bin/sh
# CPython 3.11.2, which Debian 12 has as its python3: a possessive group goes one character too far.
#
# Behaviour: in `(?:(?!>).)*+>`, the repetition ends where the lookahead fails, before the `>`. Up to Python 3.11.4, the
# place is not restored after the attempt that failed: the group swallows the `>`, and the pattern does not match. The
# same without `+` is right, as is a possessive single character, such as `[^>]*+`. Repaired in 3.11.5 (gh-106052).
# Seen:   3.11.2    (?:(?!>).)*+>   None     (?:(?!>).)*>   'ab>'    [^>]*+>   'ab>'
#         3.11.5+   (?:(?!>).)*+>   'ab>'    the others as before
# Why it matters: possessive groups are what tutorials recommend against patterns that take for ever, as for templates
# and file names in deployment files. Developers and CI have a late release; workers in Debian's packages and images keep
# 3.11.2 for years, and read the same file otherwise there, without an error. Use single characters, or a lookahead.
. "$(dirname "$0")/lib.sh"
early=
for python in /usr/bin/python3 python3.11 python3; do
    if command -v "$python" >/dev/null && "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 11, 5))'
    then early=$python; break; fi
done
[ -n "$early" ] || { echo "There is no Python 3.11.0 to 3.11.4 here, such as Debian 12 has." >&2; exit 77; }
cat >"$folder/match.py" <<'PYTHON'
import re

for pattern in (r"(?:(?!>).)*+>", r"(?:(?!>).)*>", r"[^>]*+>"):
    found = re.match(pattern, "ab> cd")
    print(pattern, repr(found and found[0]))
PYTHON
"$early" "$folder/match.py" >"$folder/seen"
same <<'TEXT'
(?:(?!>).)*+> None
(?:(?!>).)*> 'ab>'
[^>]*+> 'ab>'
TEXT
