-- All but a few runs complete: the others are found without looking at those.
CREATE INDEX runs_not_completed ON runs (due, created, state, ended) WHERE state <> 'COMPLETED';
