-- One process at a time does something under a name: it holds the lease until it gives it back, or it runs out.
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    token TEXT NOT NULL,
    holder TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL
) STRICT;
