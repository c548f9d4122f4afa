-- Automations: what is done when a run ends. Trigger and actions are in the `document`.
CREATE TABLE automations (
    name TEXT PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    project TEXT,
    is_enabled INTEGER NOT NULL,
    document TEXT NOT NULL,
    created INTEGER NOT NULL
) STRICT;

-- Runs that have ended since a worker last looked which automations that fires. The trigger writes them with
-- the end itself, whichever statement that is: whoever is killed when, no end is lost.
CREATE TABLE ended_runs (
    run_id TEXT PRIMARY KEY REFERENCES runs ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TRIGGER runs_that_end AFTER UPDATE OF ended ON runs
WHEN OLD.ended IS NULL AND NEW.ended IS NOT NULL AND EXISTS (SELECT 1 FROM automations WHERE is_enabled)
BEGIN
    INSERT OR IGNORE INTO ended_runs (run_id) VALUES (NEW.id);
END;

-- One action of one automation for one run. `due` is when it is tried next, or taken from a worker that no
-- longer says that it is at it; NULL: it is over.
CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs ON DELETE CASCADE,
    automation_id TEXT NOT NULL,
    automation TEXT NOT NULL,
    action TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    message TEXT NOT NULL,
    created INTEGER NOT NULL,
    ended INTEGER,
    due INTEGER,
    token TEXT
) STRICT;

CREATE INDEX deliveries_of_run ON deliveries (run_id);
CREATE INDEX deliveries_due ON deliveries (due) WHERE due IS NOT NULL;
