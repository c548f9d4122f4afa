#!/bin/sh
# Prefect 3.8.8 and 3.9.1: `deploy(image=…, build=False)` changes the image: one without a tag gets the time of the
# deploy as its tag, and a digest is joined as a tag.
#
# Behaviour: the text is taken apart, and put together again from name and tag, as for an image that is to be built. Where
# there is no tag, the tag is the present time, also when nothing is built. A digest counts as the tag, and comes behind a
# colon in place of the `@`. A tag with a digest is refused.
# Seen, of job_variables["image"] after the deploy:
#   image="registry.example.com/flows:1.0"           registry.example.com/flows:1.0
#   image="registry.example.com/flows"               registry.example.com/flows:2026-12-01t16-40-00-…
#   image="registry.example.com/flows@sha256:aaa…"   registry.example.com/flows:sha256:aaa…
# Why it matters: CI builds the image, and `build=False` takes it as it is. The deploy says that it is successful, and runs
# are told an image that nobody built, or text that is no reference. Who pins digests, as is advised, cannot use it. Give
# a tag, or the image in `job_variables`, which is not changed.
. "$(dirname "$0")/lib.sh"
cat >"$folder/deploy.py" <<'PYTHON'
import re

from prefect import __version__, flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect_docker.worker import DockerWorker


@flow
def load():
    pass


if __name__ == "__main__":
    client = get_client(sync_client=True)
    template = DockerWorker.get_default_base_job_template()
    client.create_work_pool(WorkPoolCreate(name="pool", type="docker", base_job_template=template))
    for image in ("flows:1.0", "flows", f"flows@sha256:{'a' * 64}"):
        id = load.deploy("d", work_pool_name="pool", image=f"registry.example.com/{image}", build=False)
        stored = client.read_deployment(id).job_variables["image"].removeprefix("registry.example.com/")
        stored = re.sub(r"\d{4}-\d\d-\d\dt[\d-]+", "TIME", stored)
        print(__version__, "|", image.replace("a" * 64, "AAA"), "|", stored.replace("a" * 64, "AAA"))
PYTHON
for version in 3.8.8 3.9.1; do
    prefect "$version" prefect-docker==0.7.4
    serve "$version"
    cd "$folder"
    "$folder/$version/bin/python" deploy.py >all
    grep "^$version" all >>"$folder/seen"
    retire
done
same <<'TEXT'
3.8.8 | flows:1.0 | flows:1.0
3.8.8 | flows | flows:TIME
3.8.8 | flows@sha256:AAA | flows:sha256:AAA
3.9.1 | flows:1.0 | flows:1.0
3.9.1 | flows | flows:TIME
3.9.1 | flows@sha256:AAA | flows:sha256:AAA
TEXT
