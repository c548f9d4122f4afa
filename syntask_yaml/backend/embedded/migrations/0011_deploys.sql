-- What was deployed when, and by whom.
CREATE TABLE deploys (
    id INTEGER PRIMARY KEY,
    project TEXT NOT NULL,
    record TEXT NOT NULL
) STRICT;

CREATE INDEX deploys_by_project ON deploys (project, id);
