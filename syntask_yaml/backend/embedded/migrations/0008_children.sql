-- Task runs and subflow runs of a run, in the order in which they were first heard of. What did not end
-- before its run ends with it, whichever statement that is.
CREATE TABLE children (
    run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
    number INTEGER NOT NULL,
    id TEXT NOT NULL,
    parent TEXT,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    of TEXT NOT NULL,
    state TEXT NOT NULL,
    state_name TEXT NOT NULL,
    message TEXT NOT NULL,
    changed INTEGER NOT NULL,
    started INTEGER,
    ended INTEGER,
    attempts INTEGER NOT NULL,
    upstream TEXT NOT NULL,
    PRIMARY KEY (run_id, number)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX children_by_id ON children (run_id, id);
CREATE INDEX children_not_ended ON children (run_id) WHERE ended IS NULL;

CREATE TRIGGER runs_that_end_their_children AFTER UPDATE OF ended ON runs
WHEN OLD.ended IS NULL AND NEW.ended IS NOT NULL
BEGIN
    UPDATE children SET
        state = iif(NEW.state = 'CANCELLED', 'CANCELLED', 'CRASHED'),
        state_name = iif(NEW.state = 'CANCELLED', 'Cancelled', 'Crashed'),
        message = iif(NEW.state = 'CANCELLED', 'The flow run was cancelled.', 'The flow run ended before it did.'),
        changed = NEW.ended, ended = NEW.ended
    WHERE run_id = NEW.id AND number IN (
        SELECT number FROM children INDEXED BY children_not_ended WHERE run_id = NEW.id AND ended IS NULL
    );
END;

-- The task run that wrote a line.
ALTER TABLE logs ADD COLUMN task_run_id TEXT;
