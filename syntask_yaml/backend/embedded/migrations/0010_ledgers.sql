-- Which resources a project has made or taken over.
CREATE TABLE ledgers (
    project TEXT PRIMARY KEY,
    origin TEXT,
    names TEXT NOT NULL
) STRICT;
