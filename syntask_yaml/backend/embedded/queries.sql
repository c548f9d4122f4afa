-- All statements by name. A test pins the query plans that matter.

-- name: pools
SELECT * FROM pools ORDER BY name;

-- name: pool
SELECT * FROM pools WHERE name = :name;

-- name: insert_pool
INSERT INTO pools (name, id, type, description, base_job_template, is_paused, concurrency_limit)
VALUES (:name, :id, :type, :description, :base_job_template, :is_paused, :concurrency_limit)
ON CONFLICT DO NOTHING;

-- name: save_pool
UPDATE pools SET
    id = :id, type = :type, description = :description, base_job_template = :base_job_template,
    is_paused = :is_paused, concurrency_limit = :concurrency_limit
WHERE name = :name;

-- name: drop_pool
DELETE FROM pools WHERE name = :name;

-- name: add_queue
INSERT INTO queues (pool, name, priority)
SELECT :pool, :name, coalesce(max(priority), 0) + 1 FROM queues WHERE pool = :pool
ON CONFLICT DO NOTHING;

-- name: queues
SELECT * FROM queues ORDER BY pool, priority;

-- name: queues_of
SELECT * FROM queues WHERE pool = :pool ORDER BY priority;

-- name: save_queue
UPDATE queues SET
    description = :description, concurrency_limit = :concurrency_limit, is_paused = :is_paused
WHERE pool = :pool AND name = :name;

-- name: set_queue_priority
UPDATE queues SET priority = :priority WHERE pool = :pool AND name = :name;

-- name: negate_queue_priorities
-- Priorities are unique in a pool: negative ones free the values while they change.
UPDATE queues SET priority = -priority WHERE pool = :pool;

-- name: drop_queue
DELETE FROM queues WHERE pool = :pool AND name = :name;

-- name: move_waiting_runs
UPDATE runs SET work_queue = :other
WHERE work_pool = :pool AND work_queue = :name AND state = 'SCHEDULED';

-- name: workers
SELECT workers.*, pools.type, (
    SELECT count(*) FROM runs AS busy INDEXED BY runs_busy
    WHERE busy.work_pool = workers.pool AND busy.worker = workers.name AND busy.leased_until IS NOT NULL
) AS running
FROM workers JOIN pools ON pools.name = workers.pool
ORDER BY workers.pool, workers.name;

-- name: put_worker
-- No effect if the pool was deleted in the meantime.
INSERT INTO workers (name, pool, version, seen, online_until, run_limit, queues)
SELECT :name, name, :version, :seen, :online_until, :run_limit, :queues FROM pools WHERE name = :pool
ON CONFLICT DO UPDATE SET
    version = :version, seen = :seen, online_until = :online_until, run_limit = :run_limit, queues = :queues;

-- name: forget_workers
DELETE FROM workers WHERE seen < :before;

-- name: all_deployments
SELECT * FROM deployments_with_schedules ORDER BY full_name, position;

-- name: some_deployments
SELECT * FROM deployments_with_schedules
WHERE project IN (SELECT value FROM json_each(:projects))
   OR full_name IN (SELECT value FROM json_each(:names))
ORDER BY full_name, position;

-- name: deployment_names
SELECT full_name FROM deployments ORDER BY full_name;

-- name: deployment_texts
SELECT full_name, work_pool, project, json_extract(document, '$.tags') AS tags
FROM deployments ORDER BY full_name;

-- name: deployments_in
-- The deployments in a work pool, or in one of its queues.
SELECT full_name FROM deployments
WHERE work_pool = :pool AND (:queue IS NULL OR coalesce(work_queue, 'default') = :queue)
ORDER BY full_name;

-- name: deployment
SELECT * FROM deployments_with_schedules WHERE id = :id ORDER BY position;

-- name: insert_deployment
INSERT INTO deployments (
    project, work_pool, work_queue, is_paused, concurrency_limit, collision_strategy,
    grace_period_seconds, document, alike, updated, id, flow, name, created
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: update_deployment
UPDATE deployments SET
    project = ?, work_pool = ?, work_queue = ?, is_paused = ?, concurrency_limit = ?, collision_strategy = ?,
    grace_period_seconds = ?, document = ?, alike = ?, updated = ?
WHERE id = ?;

-- name: rename_deployment
UPDATE deployments SET flow = ?, name = ? WHERE id = ?;

-- name: rename_run
UPDATE runs SET name = :name WHERE id = :id AND token = :token;

-- name: rename_runs
UPDATE runs SET flow = ?1, deployment = ?1 || '/' || ?2 WHERE deployment_id = ?3;

-- name: insert_schedule
INSERT INTO schedules (
    deployment_id, position, made_until, look_again,
    id, slug, is_active, timing, parameters
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: drop_schedules
DELETE FROM schedules WHERE deployment_id IN (SELECT value FROM json_each(:deployments));

-- name: drop_unfit_runs
-- Scheduled runs in the future, and those whose schedule was deleted or paused.
DELETE FROM runs
WHERE deployment_id IN (SELECT value FROM json_each(:deployments))
  AND state = 'SCHEDULED' AND is_scheduled
  AND (due > :now OR NOT EXISTS (
      SELECT 1 FROM schedules WHERE schedules.id = runs.schedule_id AND look_again IS NOT NULL
  ));

-- name: drop_scheduled_runs
DELETE FROM runs
WHERE deployment_id IN (SELECT value FROM json_each(:deployments))
  AND state = 'SCHEDULED' AND is_scheduled;

-- name: end_waiting_runs
UPDATE runs SET state = :state, state_name = :state_name, message = :message, ended = :now
WHERE deployment_id IN (SELECT value FROM json_each(:deployments)) AND state = 'SCHEDULED';

-- name: drop_deployments
DELETE FROM deployments WHERE id IN (SELECT value FROM json_each(:deployments));

-- name: variables
SELECT * FROM variables ORDER BY name;

-- name: variable
SELECT * FROM variables WHERE name = :name;

-- name: put_variable
INSERT INTO variables (name, value, tags) VALUES (:name, :value, :tags)
ON CONFLICT (name) DO UPDATE SET value = excluded.value, tags = excluded.tags;

-- name: drop_variable
DELETE FROM variables WHERE name = :name;

-- name: ledgers
SELECT * FROM ledgers ORDER BY project;

-- name: put_ledger
INSERT INTO ledgers (project, origin, names) VALUES (:project, :origin, :names)
ON CONFLICT (project) DO UPDATE SET origin = excluded.origin, names = excluded.names;

-- name: drop_ledger
DELETE FROM ledgers WHERE project = :project;

-- name: kept
SELECT content FROM kept WHERE name = :name;

-- name: keep
INSERT INTO kept (name, content) VALUES (:name, :content)
ON CONFLICT DO UPDATE SET content = :content;

-- name: blocks
SELECT * FROM blocks ORDER BY type, name;

-- name: block
SELECT * FROM blocks WHERE type = :type AND name = :name;

-- name: holds_secrets
SELECT EXISTS (SELECT 1 FROM blocks WHERE secrets <> '{}') AS answer;

-- name: insert_block
INSERT INTO blocks (type, name, id, fields, secrets) VALUES (:type, :name, :id, :fields, :secrets);

-- name: save_block
UPDATE blocks SET fields = :fields, secrets = :secrets WHERE type = :type AND name = :name;

-- name: drop_block
DELETE FROM blocks WHERE type = :type AND name = :name;

-- name: insert_run
INSERT INTO runs (
    id, name, flow, deployment, deployment_id, schedule_id, idempotency_key,
    state, state_name, message, parameters, job_variables, tags, work_pool, work_queue,
    is_scheduled, due, created
) VALUES (
    :id, :name, :flow, :deployment, :deployment_id, :schedule_id, :idempotency_key,
    :state, :state_name, :message, :parameters, :job_variables, :tags, :work_pool, :work_queue,
    :is_scheduled, :due, :created
)
ON CONFLICT DO NOTHING;

-- name: begin_run
UPDATE runs SET
    state = :state, state_name = :state_name, worker = :worker, token = :token, started = :now,
    leased_from = :now, leased_until = :leased_until
WHERE id = :id;

-- name: run_by_key
SELECT * FROM runs WHERE deployment_id = :deployment_id AND idempotency_key = :idempotency_key;

-- name: runs_by_prefix
SELECT * FROM runs WHERE id BETWEEN :prefix AND :prefix || 'g' ORDER BY id LIMIT :limit;

-- name: run
SELECT * FROM runs WHERE id = :id;

-- name: runs
SELECT * FROM runs
WHERE (:states IS NULL OR state IN (SELECT value FROM json_each(:states)))
  AND due <= :until
  AND (:since IS NULL OR ended IS NULL OR ended >= :since)
  AND (:of IS NULL OR deployment_id IN (SELECT value FROM json_each(:of)))
  AND (:pools IS NULL OR work_pool IN (SELECT value FROM json_each(:pools)))
ORDER BY due DESC, created DESC LIMIT :limit;

-- name: runs_of_deployment
SELECT * FROM runs
WHERE deployment = :deployment
  AND (:states IS NULL OR state IN (SELECT value FROM json_each(:states)))
  AND due <= :until
  AND (:since IS NULL OR ended IS NULL OR ended >= :since)
  AND (:of IS NULL OR deployment_id IN (SELECT value FROM json_each(:of)))
  AND (:pools IS NULL OR work_pool IN (SELECT value FROM json_each(:pools)))
ORDER BY due DESC, created DESC LIMIT :limit;

-- name: busy_runs
SELECT * FROM runs INDEXED BY runs_busy
WHERE leased_until IS NOT NULL
  AND state IN (SELECT value FROM json_each(:states)) AND due <= :until
  AND (:since IS NULL OR ended IS NULL OR ended >= :since)
  AND (:of IS NULL OR deployment_id IN (SELECT value FROM json_each(:of)))
  AND (:pools IS NULL OR work_pool IN (SELECT value FROM json_each(:pools)))
ORDER BY due DESC, created DESC LIMIT :limit;

-- name: runs_not_completed
SELECT * FROM runs INDEXED BY runs_not_completed
WHERE state <> 'COMPLETED' AND state IN (SELECT value FROM json_each(:states)) AND due <= :until
  AND (:since IS NULL OR ended IS NULL OR ended >= :since)
  AND (:of IS NULL OR deployment_id IN (SELECT value FROM json_each(:of)))
  AND (:pools IS NULL OR work_pool IN (SELECT value FROM json_each(:pools)))
ORDER BY due DESC, created DESC LIMIT :limit;

-- name: coming_runs
SELECT * FROM runs
WHERE due > :after
  AND (:states IS NULL OR state IN (SELECT value FROM json_each(:states)))
  AND due <= :until
  AND (:since IS NULL OR ended IS NULL OR ended >= :since)
  AND (:of IS NULL OR deployment_id IN (SELECT value FROM json_each(:of)))
  AND (:pools IS NULL OR work_pool IN (SELECT value FROM json_each(:pools)))
ORDER BY due, created LIMIT :limit;

-- name: coming_runs_of_deployment
SELECT * FROM runs
WHERE deployment = :deployment AND due > :after
  AND (:states IS NULL OR state IN (SELECT value FROM json_each(:states)))
  AND due <= :until
  AND (:since IS NULL OR ended IS NULL OR ended >= :since)
  AND (:of IS NULL OR deployment_id IN (SELECT value FROM json_each(:of)))
  AND (:pools IS NULL OR work_pool IN (SELECT value FROM json_each(:pools)))
ORDER BY due, created LIMIT :limit;

-- name: last_runs
SELECT runs.* FROM json_each(:deployments)
CROSS JOIN runs ON runs.rowid = (
    SELECT last.rowid FROM runs AS last
    WHERE last.deployment = json_each.value AND last.due <= :now AND last.state <> 'SCHEDULED'
    ORDER BY last.due DESC, last.created DESC LIMIT 1
);

-- name: save_run
-- A run that does not hold a slot has no lease.
UPDATE runs SET
    state = :state, state_name = :state_name, message = :message, cause = :cause,
    started = :started, ended = :ended,
    restarts = restarts + :is_restart,
    token = CASE WHEN :holds_slot THEN token END,
    leased_from = CASE WHEN :holds_slot THEN leased_from END,
    leased_until = CASE WHEN :holds_slot THEN leased_until END
WHERE id = :id;

-- name: logs
SELECT * FROM logs WHERE run_id = :run_id AND number > :after ORDER BY number LIMIT :limit;

-- name: some_logs
SELECT * FROM logs
WHERE run_id = :run_id AND level >= :level AND (:since IS NULL OR time >= :since)
  AND (:tasks IS NULL OR task_run_id IN (SELECT value FROM json_each(:tasks)))
ORDER BY number LIMIT :limit OFFSET :after;

-- name: last_logs
SELECT * FROM logs
WHERE run_id = :run_id AND level >= :level AND (:since IS NULL OR time >= :since)
  AND (:tasks IS NULL OR task_run_id IN (SELECT value FROM json_each(:tasks)))
ORDER BY number DESC LIMIT :limit;

-- name: count_logs
SELECT coalesce(max(number), 0) AS answer FROM logs WHERE run_id = :run_id;

-- name: insert_log
INSERT INTO logs (run_id, number, time, level, logger, message, task_run_id) VALUES (?, ?, ?, ?, ?, ?, ?);

-- name: children
SELECT * FROM children WHERE run_id = :run_id ORDER BY number;

-- name: count_children
SELECT coalesce(max(number), 0) AS answer FROM children WHERE run_id = :run_id;

-- name: put_child
-- Reports repeated by a worker that took the run over have no effect.
INSERT INTO children (
    run_id, number, id, parent, kind, name, of, state, state_name, message, changed, started, ended,
    attempts, upstream
) VALUES (
    :run_id, :number, :id, :parent, :kind, :name, :of, :state, :state_name, :message, :changed, :started, :ended,
    :attempts, :upstream
)
ON CONFLICT (run_id, id) DO UPDATE SET
    name = excluded.name, state = excluded.state, state_name = excluded.state_name,
    message = excluded.message, changed = excluded.changed, started = coalesce(started, excluded.started),
    ended = excluded.ended, attempts = max(attempts, excluded.attempts),
    upstream = iif(excluded.upstream = '[]', upstream, excluded.upstream)
WHERE excluded.changed >= changed;

-- name: schedules_to_look_at
-- Also the order of runs that are due at the same time.
SELECT * FROM deployments_with_schedules WHERE look_again <= :now
ORDER BY look_again, full_name, position LIMIT :limit;

-- name: schedules_behind
-- Schedules whose runs are all past: further times may have passed.
SELECT * FROM deployments_with_schedules WHERE look_again <= :now AND made_until < :now AND problem IS NULL
ORDER BY full_name, position LIMIT :limit;

-- name: mark_schedule
-- No effect if the schedule has changed since it was read.
UPDATE schedules SET
    made_until = :made_until, look_again = :look_again, looked = :looked, problem = :problem
WHERE id = :id AND made_until = :read_made_until AND look_again = :read_look_again;

-- name: marks_from_ahead
SELECT id FROM schedules WHERE looked > :ahead LIMIT 1;

-- name: free_times_from_ahead
-- Detach runs started before the clock was set back, so that their times get new runs.
UPDATE runs SET schedule_id = NULL
WHERE schedule_id IN (SELECT id FROM schedules WHERE looked > :ahead) AND due > :now AND started > :ahead;

-- name: take_back_marks
UPDATE schedules SET look_again = :now, looked = NULL WHERE looked > :ahead;

-- name: hold_back
-- A due run of a deployment at its limit waits for a slot, or is cancelled.
-- Without MATERIALIZED, SQLite scans the waiting runs of every busy deployment.
WITH at_limit AS MATERIALIZED (SELECT * FROM deployments_at_limit)
UPDATE runs SET
    state = iif(at_limit.collision_strategy = 'CANCEL_NEW', :surplus_state, state),
    state_name = iif(at_limit.collision_strategy = 'CANCEL_NEW', :surplus_state_name, :awaiting_state_name),
    message = iif(at_limit.collision_strategy = 'CANCEL_NEW', :surplus_message, message),
    ended = iif(at_limit.collision_strategy = 'CANCEL_NEW', :now, NULL)
FROM at_limit
WHERE runs.deployment_id = at_limit.id
  AND runs.state = 'SCHEDULED' AND runs.state_name = 'Scheduled' AND runs.due <= :now;

-- name: runs_to_hold_back
SELECT runs.id FROM deployments_at_limit AS at_limit
CROSS JOIN runs ON runs.deployment_id = at_limit.id
WHERE runs.state = 'SCHEDULED' AND runs.state_name = 'Scheduled' AND runs.due <= :now
LIMIT 1;

-- name: claim
-- CROSS JOIN preserves the order: queues by priority, then runs by due time.
UPDATE runs SET
    state = 'PENDING', state_name = 'Pending', message = '',
    worker = :worker, token = :token, leased_from = :leased_from, leased_until = :leased_until
WHERE id = (
    SELECT run.id
    FROM pools AS pool
    CROSS JOIN queues AS queue ON queue.pool = pool.name
    CROSS JOIN runs AS run ON run.work_pool = queue.pool AND run.work_queue = queue.name
    CROSS JOIN deployments AS deployment ON deployment.id = run.deployment_id
    WHERE pool.name = :pool
      AND pool.type IN (SELECT value FROM json_each(:served))
      AND NOT pool.is_paused
      AND (pool.concurrency_limit IS NULL OR pool.concurrency_limit > (
          SELECT count(*) FROM runs AS busy INDEXED BY runs_busy
          WHERE busy.work_pool = :pool AND busy.leased_until IS NOT NULL
      ))
      AND NOT queue.is_paused
      AND (queue.concurrency_limit IS NULL OR queue.concurrency_limit > (
          SELECT count(*) FROM runs AS busy INDEXED BY runs_busy
          WHERE busy.work_pool = queue.pool AND busy.work_queue = queue.name AND busy.leased_until IS NOT NULL
      ))
      AND (:queues IS NULL OR queue.name IN (SELECT value FROM json_each(:queues)))
      AND run.state = 'SCHEDULED' AND run.due <= :due_by
      AND run.deployment_id NOT IN (SELECT id FROM deployments_at_limit)
      AND NOT (run.is_scheduled AND deployment.is_paused)
    ORDER BY queue.priority, run.due, run.rowid
    LIMIT 1
)
RETURNING *;

-- name: held_run
SELECT * FROM runs WHERE id = :id AND token = :token;

-- name: renew
UPDATE runs SET leased_from = :leased_from, leased_until = :leased_until
FROM json_each(:claims) AS claim
WHERE runs.id = json_extract(claim.value, '$[0]') AND runs.token = json_extract(claim.value, '$[1]')
RETURNING id, state;

-- name: held_runs
SELECT runs.id, runs.state
FROM json_each(:claims) AS claim
CROSS JOIN runs ON runs.id = json_extract(claim.value, '$[0]')
WHERE runs.token = json_extract(claim.value, '$[1]');

-- name: leases_from_ahead
SELECT id FROM runs WHERE leased_from > :ahead LIMIT 1;

-- name: take_back_leases
-- Restart leases now, with the same duration, so that their holders can renew them.
UPDATE runs SET leased_from = :now, leased_until = :now + leased_until - leased_from WHERE leased_from > :ahead;

-- name: runs_to_reap
SELECT * FROM runs
WHERE leased_until < :now AND (state = 'PENDING' OR NOT EXISTS (
    SELECT * FROM pools AS pool
    WHERE pool.name = runs.work_pool AND pool.type IN (SELECT value FROM json_each(:outliving))
)) AND (:only IS NULL OR id IN (SELECT value FROM json_each(:only)));

-- name: lost_runs
SELECT * FROM runs INDEXED BY runs_busy WHERE leased_until IS NOT NULL AND leased_until < :now;

-- name: runs_to_take_over
SELECT id FROM runs WHERE leased_until < :now AND work_pool = :pool AND state <> 'PENDING' LIMIT 1;

-- name: take_over
UPDATE runs SET worker = :worker, token = :token, leased_from = :now, leased_until = :leased_until
WHERE leased_until < :now AND work_pool = :pool AND state <> 'PENDING'
RETURNING *;

-- name: runs_to_forget
SELECT id FROM runs WHERE ended < :before LIMIT :limit;

-- name: forget_run
DELETE FROM runs WHERE id = :id;

-- name: next_due
SELECT min(due) AS answer FROM (
    SELECT (
        SELECT min(run.due) FROM runs AS run
        WHERE run.work_pool = queue.pool AND run.work_queue = queue.name
          AND run.state = 'SCHEDULED' AND run.due > :now
    ) AS due
    FROM queues AS queue WHERE queue.pool = :pool
);

-- name: data_version
-- A number that changes with each commit of another connection.
PRAGMA data_version;

-- name: lease
SELECT * FROM leases WHERE name = :name;

-- name: put_lease
INSERT OR REPLACE INTO leases (name, token, holder, since, until) VALUES (:name, :token, :holder, :since, :until);

-- name: renew_lease
UPDATE leases SET until = :until WHERE name = :name AND token = :token;

-- name: drop_lease
DELETE FROM leases WHERE name = :name AND token = :token;

-- name: automations
SELECT * FROM automations WHERE :project IS NULL OR project = :project OR name IN (SELECT value FROM json_each(:names))
ORDER BY name;

-- name: put_automation
INSERT INTO automations (name, id, project, is_enabled, document, created)
VALUES (:name, :id, :project, :is_enabled, :document, :created)
ON CONFLICT (name) DO UPDATE SET
    project = excluded.project, is_enabled = excluded.is_enabled, document = excluded.document;

-- name: drop_automation
DELETE FROM automations WHERE name = :name;

-- name: ended_runs
SELECT runs.* FROM ended_runs CROSS JOIN runs ON runs.id = ended_runs.run_id LIMIT :limit;

-- name: drop_ended_run
DELETE FROM ended_runs WHERE run_id = :run_id;

-- name: insert_delivery
INSERT OR IGNORE INTO deliveries
    (id, run_id, automation_id, automation, action, state, attempts, message, created, due)
VALUES (:id, :run_id, :automation_id, :automation, :action, 'PENDING', 0, '', :now, :now);

-- name: deliveries_to_claim
SELECT 1 FROM deliveries
WHERE (due <= :now OR due > :ahead) AND automation_id NOT IN (SELECT value FROM json_each(:besides)) LIMIT 1;

-- name: claim_deliveries
UPDATE deliveries SET token = :token, due = :leased_until, attempts = attempts + 1
WHERE id IN (
    SELECT id FROM deliveries
    WHERE (due <= :now OR due > :ahead) AND automation_id NOT IN (SELECT value FROM json_each(:besides))
    ORDER BY due LIMIT :limit
)
RETURNING *;

-- name: renew_delivery
UPDATE deliveries SET due = :leased_until WHERE id = :id AND token = :token;

-- name: save_delivery
UPDATE deliveries SET state = :state, message = :message, ended = :ended, due = :due, token = NULL
WHERE id = :id AND token = :token;

-- name: deliveries_of_run
SELECT * FROM deliveries WHERE run_id = :run_id ORDER BY created, automation, id;

-- name: concurrency_limits
SELECT * FROM concurrency_limits ORDER BY name;

-- name: concurrency_limit
SELECT * FROM concurrency_limits WHERE name = :name;

-- name: insert_concurrency_limit
INSERT OR IGNORE INTO concurrency_limits (name, slot_limit, is_active, slot_decay_per_second)
VALUES (:name, :slot_limit, :is_active, :slot_decay_per_second);

-- name: save_concurrency_limit
UPDATE concurrency_limits
SET slot_limit = :slot_limit, is_active = :is_active, slot_decay_per_second = :slot_decay_per_second
WHERE name = :name;

-- name: save_decaying
UPDATE concurrency_limits SET decaying = :decaying, decayed = :decayed WHERE name = :name;

-- name: drop_concurrency_limit
DELETE FROM concurrency_limits WHERE name = :name;

-- name: concurrency_slots
SELECT * FROM concurrency_slots WHERE name = :name;

-- name: put_concurrency_slots
INSERT INTO concurrency_slots (name, token, slots, holder, until) VALUES (:name, :token, :slots, :holder, :until);

-- name: renew_concurrency_slots
UPDATE concurrency_slots SET until = :until WHERE token = :token;

-- name: drop_concurrency_slots
DELETE FROM concurrency_slots WHERE token = :token;

-- name: insert_deploy
INSERT INTO deploys (project, record) VALUES (:project, :record) RETURNING id AS answer;

-- name: forget_deploys
-- Records that are old and not among the last of their project.
DELETE FROM deploys
WHERE project = :project
  AND id <= (SELECT id FROM deploys WHERE project = :project ORDER BY id DESC LIMIT 1 OFFSET :number)
  AND json_extract(record, '$.began') < :before;

-- name: save_deploy
UPDATE deploys SET record = :record WHERE id = :id;

-- name: deploys
SELECT * FROM deploys WHERE id < :before ORDER BY id DESC LIMIT :limit;

-- name: deploys_of_project
SELECT * FROM deploys WHERE project = :project AND id < :before ORDER BY id DESC LIMIT :limit;
