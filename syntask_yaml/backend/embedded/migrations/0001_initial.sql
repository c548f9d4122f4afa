-- Times are microseconds since 1970 in UTC. Mappings and lists are JSON.
-- What the store itself never looks at in a deployment is in its `document`.

PRAGMA application_id = 0x53594E54;

CREATE TABLE pools (
    name TEXT PRIMARY KEY,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    description TEXT,
    base_job_template TEXT NOT NULL,
    is_paused INTEGER NOT NULL,
    concurrency_limit INTEGER
) STRICT;

CREATE TABLE queues (
    pool TEXT NOT NULL REFERENCES pools ON DELETE CASCADE,
    name TEXT NOT NULL,
    priority INTEGER NOT NULL,
    PRIMARY KEY (pool, name),
    UNIQUE (pool, priority)
) STRICT, WITHOUT ROWID;

CREATE TABLE deployments (
    id TEXT PRIMARY KEY,
    flow TEXT NOT NULL,
    name TEXT NOT NULL,
    full_name TEXT NOT NULL GENERATED ALWAYS AS (flow || '/' || name) VIRTUAL,
    project TEXT,
    work_pool TEXT REFERENCES pools,
    work_queue TEXT,
    is_paused INTEGER NOT NULL,
    concurrency_limit INTEGER,
    collision_strategy TEXT,
    grace_period_seconds INTEGER,
    document TEXT NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX deployments_by_name ON deployments (full_name);
CREATE INDEX deployments_by_project ON deployments (project) WHERE project IS NOT NULL;

-- Runs are made up to `made_until`, and the schedule is looked at again at `look_again`; NULL: never, and
-- where that has a reason, `problem` has it.
-- `looked` is when that was found out: later than now means by a clock that has been set back since.
CREATE TABLE schedules (
    id TEXT PRIMARY KEY,
    deployment_id TEXT NOT NULL REFERENCES deployments ON DELETE CASCADE,
    position INTEGER NOT NULL,
    slug TEXT,
    is_active INTEGER NOT NULL,
    timing TEXT NOT NULL,
    parameters TEXT NOT NULL,
    problem TEXT,
    made_until INTEGER NOT NULL,
    look_again INTEGER,
    looked INTEGER
) STRICT;

CREATE INDEX schedules_by_deployment ON schedules (deployment_id, position);
CREATE INDEX schedules_to_look_at ON schedules (look_again) WHERE look_again IS NOT NULL;
CREATE INDEX schedules_looked_at ON schedules (looked) WHERE looked IS NOT NULL;

-- A run has a token and a lease, from `leased_from` to `leased_until`, as long as it takes up a slot.
CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    flow TEXT NOT NULL,
    deployment TEXT NOT NULL,
    deployment_id TEXT REFERENCES deployments ON DELETE SET NULL,
    schedule_id TEXT,
    idempotency_key TEXT,
    state TEXT NOT NULL,
    state_name TEXT NOT NULL,
    message TEXT NOT NULL,
    parameters TEXT NOT NULL,
    job_variables TEXT NOT NULL,
    tags TEXT NOT NULL,
    work_pool TEXT,
    work_queue TEXT,
    is_scheduled INTEGER NOT NULL,
    due INTEGER NOT NULL,
    created INTEGER NOT NULL,
    started INTEGER,
    ended INTEGER,
    worker TEXT,
    token TEXT,
    leased_from INTEGER,
    leased_until INTEGER,
    restarts INTEGER NOT NULL DEFAULT 0,
    CHECK ((token IS NOT NULL) = (state IN ('PENDING', 'RUNNING', 'CANCELLING'))),
    CHECK ((token IS NULL) = (leased_until IS NULL)),
    CHECK ((token IS NULL) = (leased_from IS NULL))
) STRICT;

CREATE UNIQUE INDEX runs_once_by_schedule ON runs (schedule_id, due) WHERE schedule_id IS NOT NULL;
CREATE UNIQUE INDEX runs_once_by_key ON runs (deployment_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX runs_by_deployment ON runs (deployment_id);
CREATE INDEX runs_latest ON runs (due, created);
CREATE INDEX runs_latest_of_deployment ON runs (deployment, due, created);
CREATE INDEX runs_waiting ON runs (work_pool, work_queue, due) WHERE state = 'SCHEDULED';
CREATE INDEX runs_waiting_of_deployment ON runs (deployment_id, state_name, due) WHERE state = 'SCHEDULED';
CREATE INDEX runs_ended ON runs (ended) WHERE ended IS NOT NULL;
CREATE INDEX runs_leased ON runs (leased_until) WHERE leased_until IS NOT NULL;
CREATE INDEX runs_leased_from ON runs (leased_from) WHERE leased_from IS NOT NULL;
CREATE INDEX runs_busy ON runs (deployment_id, work_pool) WHERE leased_until IS NOT NULL;

CREATE TABLE logs (
    run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
    number INTEGER NOT NULL,
    time INTEGER NOT NULL,
    level INTEGER NOT NULL,
    logger TEXT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (run_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE variables (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    tags TEXT NOT NULL
) STRICT;

-- `secrets` are fields, too: each value is encrypted with the key beside the store.
CREATE TABLE blocks (
    type TEXT NOT NULL,
    name TEXT NOT NULL,
    id TEXT NOT NULL,
    fields TEXT NOT NULL,
    secrets TEXT NOT NULL,
    PRIMARY KEY (type, name)
) STRICT;

-- A row for each schedule of a deployment, or one with NULLs: first the deployment, then the schedule.
CREATE VIEW deployments_with_schedules AS
SELECT
    deployment.id, deployment.flow, deployment.name, deployment.project, deployment.work_pool,
    deployment.work_queue, deployment.is_paused, deployment.concurrency_limit,
    deployment.collision_strategy, deployment.grace_period_seconds, deployment.document,
    deployment.created, deployment.updated,
    schedule.id AS schedule_id, schedule.slug, schedule.is_active, schedule.timing,
    schedule.parameters, schedule.problem,
    deployment.full_name, schedule.position, schedule.made_until, schedule.look_again
FROM deployments AS deployment
LEFT JOIN schedules AS schedule ON schedule.deployment_id = deployment.id;

CREATE VIEW deployments_at_limit AS
SELECT deployment.id, deployment.collision_strategy
FROM (
    SELECT deployment_id, count(*) AS runs FROM runs INDEXED BY runs_busy
    WHERE leased_until IS NOT NULL GROUP BY deployment_id
) AS busy
CROSS JOIN deployments AS deployment ON deployment.id = busy.deployment_id
WHERE busy.runs >= deployment.concurrency_limit;

INSERT INTO pools (name, id, type, description, base_job_template, is_paused)
VALUES ('default', :id, 'process', :description, :base_job_template, 0);

INSERT INTO queues (pool, name, priority) VALUES ('default', 'default', 1);
