-- What is known of how a run came into its state, as JSON, and what a worker said of itself.
ALTER TABLE runs ADD COLUMN cause TEXT;
ALTER TABLE workers ADD COLUMN run_limit INTEGER;
ALTER TABLE workers ADD COLUMN queues TEXT NOT NULL DEFAULT '[]';
