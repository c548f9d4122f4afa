#!/bin/sh
# dulwich 1.2.21: `archive` makes files of links, without any permission, and ignores export-ignore and export-subst.
#
# Behaviour: a symbolic link is put into the archive as a plain file with the mode 0, whose text is the target's name.
# The attributes of `.gitattributes` for archives are not read: what is marked with export-ignore is in it, and
# `$Format:…$` stays.
# Seen:   git        link -> flow.py                 no tests      version.txt has the commit
#         dulwich    file of the mode 0 "flow.py"    tests/t.py    version.txt has $Format:%H$
# Why it matters: code is shipped to object stores and images as such an archive, by git in CI, and by dulwich where
# there is no git. An import through a linked folder then fails, or cannot be read by any user but root, tests and
# fixtures that are not to leave the repository are shipped, and the running code does not know its version.
. "$(dirname "$0")/lib.sh"
install venv dulwich==1.2.21
git init -q -b main "$folder/team"
cd "$folder/team"
mkdir tests
printf 'tests export-ignore\nversion.txt export-subst\n' >.gitattributes
echo "1" >tests/t.py
echo "2" >flow.py
# shellcheck disable=SC2016
echo '$Format:%H$' >version.txt
ln -s flow.py link
git add .
git -c user.name=team -c user.email=team@example.com commit -q -m flows
git archive HEAD >"$folder/git.tar"
cat >"$folder/archive.py" <<'PYTHON'
import tarfile

from dulwich import porcelain

with open("../dulwich.tar", "wb") as archive:
    porcelain.archive(".", "HEAD", outstream=archive)
for writer in ("git", "dulwich"):
    with tarfile.open(f"../{writer}.tar") as archive:
        for entry in archive:
            if entry.issym():
                print(writer, entry.name, "->", entry.linkname)
            elif entry.name in ("link", "version.txt"):
                text = archive.extractfile(entry).read().decode().strip()
                is_commit = len(text) == 40
                print(writer, entry.name, *["without permission"] * (entry.mode == 0), "a commit" if is_commit else text)
            elif entry.isfile():
                print(writer, entry.name)
PYTHON
"$folder/venv/bin/python" "$folder/archive.py" >"$folder/seen"
same <<'TEXT'
git .gitattributes
git flow.py
git link -> flow.py
git version.txt a commit
dulwich .gitattributes
dulwich flow.py
dulwich link without permission flow.py
dulwich tests/t.py
dulwich version.txt $Format:%H$
TEXT
