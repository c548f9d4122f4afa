-- Workers, as they were last heard of.
CREATE TABLE workers (
    name TEXT NOT NULL,
    pool TEXT NOT NULL REFERENCES pools ON DELETE CASCADE,
    version TEXT NOT NULL,
    seen INTEGER NOT NULL,
    online_until INTEGER NOT NULL,
    PRIMARY KEY (pool, name)
) STRICT, WITHOUT ROWID;
