#!/bin/sh
# hera 7.1.0: a parameter of the type `str` of an inline script arrives as a number, None or a list if its text allows.
#
# Behaviour: the source that `@script()` puts into the manifest reads each parameter with `json.loads`, and takes the text
# if that fails. What the function says about its type is not looked at. With the constructor "runner", it is.
# Seen, of `def deploy(tag: str)`, run as the container would run it:
#   tag=1.4.2     str 1.4.2          tag=1.10      float 1.1         tag=null    NoneType None
#   tag=1a2b3c4   str 1a2b3c4        tag=1234567   int 1234567       tag=[]      list []
#                                    tag=1234e56   float 1.234e+59   tag=true    bool True
# Why it matters: versions, commits and account numbers are texts that look like numbers now and then: `1.10` is deployed as
# 1.1, and about one commit in sixty of seven letters (calculated) is another text. It works with the tag of the test, and with most others.
. "$(dirname "$0")/lib.sh"
install venv hera==7.1.0 pyyaml==6.0.4
cd "$folder"
cat >make.py <<'PYTHON'
import sys

from hera.workflows import Steps, Workflow, script


@script()
def deploy(tag: str):
    print(type(tag).__name__, tag)


with Workflow(name="flows", entrypoint="steps") as workflow:
    with Steps(name="steps"):
        deploy(arguments={"tag": "any"})
source = next(each.script.source for each in workflow.build().spec.templates if each.script)
# Argo puts the value of the parameter in place of the braces.
print(source.replace("{{inputs.parameters.tag}}", sys.argv[1]))
PYTHON
for tag in 1.4.2 1a2b3c4 1.10 1234567 1234e56 12e4567 null true '[]'; do
    venv/bin/python make.py "$tag" >source.py
    echo "tag=$tag | $(venv/bin/python source.py)" >>seen
done
same <<'TEXT'
tag=1.4.2 | str 1.4.2
tag=1a2b3c4 | str 1a2b3c4
tag=1.10 | float 1.1
tag=1234567 | int 1234567
tag=1234e56 | float 1.234e+59
tag=12e4567 | float inf
tag=null | NoneType None
tag=true | bool True
tag=[] | list []
TEXT
