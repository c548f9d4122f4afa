-- Work queues have a limit of runs at the same time, and can be paused.
ALTER TABLE queues ADD COLUMN description TEXT;
ALTER TABLE queues ADD COLUMN concurrency_limit INTEGER;
ALTER TABLE queues ADD COLUMN is_paused INTEGER NOT NULL DEFAULT 0;
