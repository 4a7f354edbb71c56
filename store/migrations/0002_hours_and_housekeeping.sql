-- Hours that are kept for ever, what tells which of them must be computed anew, and what the housekeeping has done.
-- How the readings themselves are stored is of the tier: store/tiers/ and store/partitions.py.

SET LOCAL statement_timeout = 0;

CREATE TABLE reading_hourly (
    series_id bigint NOT NULL,
    hour timestamptz NOT NULL,
    n bigint NOT NULL,
    mean double precision NOT NULL,
    lowest double precision NOT NULL,
    highest double precision NOT NULL,
    last double precision NOT NULL,
    last_time timestamptz NOT NULL,
    PRIMARY KEY (series_id, hour)
);
COMMENT ON TABLE reading_hourly IS 'Hours computed from readings; read them through the view reading_by_hour, which every tier has.';

CREATE TABLE rollup_due (
    due_id bigint GENERATED ALWAYS AS IDENTITY,
    hour timestamptz NOT NULL,
    series_ids bigint[] NOT NULL
);
ALTER TABLE rollup_due ALTER series_ids SET STORAGE EXTERNAL; -- a row lives for an hour: compressing costs more
CREATE INDEX rollup_due_by_hour ON rollup_due (hour);
COMMENT ON TABLE rollup_due IS 'The hours that a batch of readings touched, written in its transaction. No unique key: daemons never wait for each other.';

CREATE TABLE reading_kept_from (
    one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    time timestamptz NOT NULL
);
COMMENT ON TABLE reading_kept_from IS 'Readings before this time were removed: their hours stay as they are and are never computed anew.';

CREATE TABLE housekeeping (
    task text NOT NULL,
    day date NOT NULL,
    done_at timestamptz NOT NULL,
    PRIMARY KEY (task, day)
);
COMMENT ON TABLE housekeeping IS 'Which task was done for which day; a day begins at 04.00 local time.';

INSERT INTO rollup_due (hour, series_ids)
SELECT date_bin('1 hour', time, '2000-01-01Z'), array_agg(DISTINCT series_id) FROM reading GROUP BY 1;
