-- What many deployments have alike, such as the schema of their flow, stands beside the rest of the `document`
-- as a text of its own, which is read once for all of them. What was written before has it in the `document`.
ALTER TABLE deployments ADD COLUMN alike TEXT NOT NULL DEFAULT '{}';

DROP VIEW deployments_with_schedules;

-- A row for each schedule of a deployment, or one with NULLs: first the deployment, then the schedule.
CREATE VIEW deployments_with_schedules AS
SELECT
    deployment.id, deployment.flow, deployment.name, deployment.project, deployment.work_pool,
    deployment.work_queue, deployment.is_paused, deployment.concurrency_limit,
    deployment.collision_strategy, deployment.grace_period_seconds, deployment.document,
    deployment.alike, deployment.created, deployment.updated,
    schedule.id AS schedule_id, schedule.slug, schedule.is_active, schedule.timing,
    schedule.parameters, schedule.problem,
    deployment.full_name, schedule.position, schedule.made_until, schedule.look_again
FROM deployments AS deployment
LEFT JOIN schedules AS schedule ON schedule.deployment_id = deployment.id;
