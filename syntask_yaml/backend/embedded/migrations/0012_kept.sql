-- What projects want to know again, such as what they deployed last.
CREATE TABLE kept (
    name TEXT PRIMARY KEY,
    content TEXT NOT NULL
) STRICT;
