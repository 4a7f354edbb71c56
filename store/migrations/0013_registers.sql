-- Where each thing of the city's lists came from, so that a file can correct and take away what it brought;
-- sensors with what they are and stand for; readings that came from files.

ALTER TABLE depot ADD COLUMN source text;
ALTER TABLE contractor ADD COLUMN source text;
ALTER TABLE vehicle ADD COLUMN source text;
ALTER TABLE roster_turn ADD COLUMN source text;
ALTER TABLE call_out_list ADD COLUMN source text;
ALTER TABLE calendar_day ADD COLUMN source text;

ALTER TABLE vessel ADD COLUMN source text;
ALTER TABLE vessel ADD COLUMN emptied_said timestamptz;
COMMENT ON COLUMN vessel.emptied_said IS 'As the last file says; last_emptied is what drivers reported. The later of them holds.';
UPDATE vessel SET emptied_said = last_emptied, last_emptied = NULL;

ALTER TABLE device ADD COLUMN eui text UNIQUE CHECK (eui ~ '^[0-9a-f]{16}$');
ALTER TABLE device ADD COLUMN model text;
ALTER TABLE device ADD COLUMN quantity text;
ALTER TABLE device ADD COLUMN mounting_m double precision CHECK (mounting_m > 0);
ALTER TABLE device ADD COLUMN stands_for text;
ALTER TABLE device ADD COLUMN source text;
ALTER TABLE device ADD COLUMN retired_at timestamptz;
COMMENT ON COLUMN device.eui IS 'The name that its radio has: readings that are heard under it are those of the device.';
COMMENT ON COLUMN device.retired_at IS 'Since when its readings are not taken any more; those from before stay.';

CREATE TABLE reading_file (
    file text NOT NULL,
    imported_at timestamptz NOT NULL UNIQUE,
    series_ids bigint[] NOT NULL,
    first timestamptz NOT NULL,
    last timestamptz NOT NULL,
    PRIMARY KEY (file, imported_at)
);
COMMENT ON TABLE reading_file IS 'Imports of history: a reading whose received_at is that of an import came from its file, and may be corrected or taken away by it.';

CREATE TABLE forgotten (
    kind text NOT NULL CHECK (kind IN ('room', 'building')),
    id text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (kind, id)
);
COMMENT ON TABLE forgotten IS 'What a person took away of the map: a later import of streets does not bring it back, a file that names it does.';
