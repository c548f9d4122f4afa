-- Concurrency limits of flow code. Of the slots that were taken for good, `decaying` were left at `decayed`.
CREATE TABLE concurrency_limits (
    name TEXT PRIMARY KEY,
    slot_limit INTEGER NOT NULL,
    is_active INTEGER NOT NULL,
    slot_decay_per_second REAL NOT NULL,
    decaying REAL NOT NULL DEFAULT 0,
    decayed INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Slots that the owner of `token` has until it gives them back, its lease runs out, or its process is gone.
CREATE TABLE concurrency_slots (
    name TEXT NOT NULL REFERENCES concurrency_limits ON DELETE CASCADE,
    token TEXT NOT NULL,
    slots INTEGER NOT NULL,
    holder TEXT NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (name, token)
) STRICT, WITHOUT ROWID;

CREATE INDEX concurrency_slots_by_token ON concurrency_slots (token);
