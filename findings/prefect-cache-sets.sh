#!/bin/sh
# Prefect 3.8.8 and 3.9.1: a cached task with a set of texts among its inputs is never found again by the next process.
#
# Behaviour: the cache key of `INPUTS` is a hash of the inputs as JSON, or else as a pickle. Both list the items of a set
# as it iterates, and Python iterates a set of texts in another order in each process. Within one process, on the other
# hand, two different inputs can have one key: a tuple and the same list, and the keys 1 and "1" of a mapping.
# Seen:   {"eu", "us", …}              three processes, three keys
#         (1, 2) and [1, 2]            one key
#         {1: "a"} and {"1": "a"}      one key
# Why it matters: "the columns", "the regions" or "the ids that are left" are sets, also inside a model. The results are
# written and never used, so the retry of an expensive flow computes all again, without a word. The second task gets
# what the first one returned for another type. Give such a task a sorted list, or a `cache_key_fn`.
. "$(dirname "$0")/lib.sh"
unset PYTHONHASHSEED
cat >"$folder/keys.py" <<'PYTHON'
from prefect.cache_policies import INPUTS


def key(value):
    return INPUTS.compute_key(task_ctx=None, inputs={"value": value}, flow_parameters={})


print(key({"eu", "us", "ap", "sa", "af", "me", "ca", "cn"}), key((1, 2)) == key([1, 2]),
      key({1: "a"}) == key({"1": "a"}))
PYTHON
for version in 3.8.8 3.9.1; do
    prefect "$version"
    for process in 1 2 3; do "$folder/$version/bin/python" "$folder/keys.py"; done >"$folder/keys"
    keys=$(cut -d ' ' -f 1 "$folder/keys" | sort -u | wc -l)
    same=$(cut -d ' ' -f 2- "$folder/keys" | sort -u)
    echo "$version: keys of one set in three processes: $((keys)); tuple and list, 1 and \"1\" have one key: $same" \
        >>"$folder/seen"
done
same <<'TEXT'
3.8.8: keys of one set in three processes: 3; tuple and list, 1 and "1" have one key: True True
3.9.1: keys of one set in three processes: 3; tuple and list, 1 and "1" have one key: True True
TEXT
