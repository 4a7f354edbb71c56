-- The weekdays on which a truck comes to a vessel, where it is not on any.

ALTER TABLE vessel ADD COLUMN emptied_on text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN vessel.emptied_on IS 'mon, tue, wed, thu, fri, sat, sun; empty: any day on which trucks drive.';
