-- A vehicle that is out of service, and a place that is away, until somebody says that it is over.

ALTER TABLE crew_change ALTER COLUMN until_at DROP NOT NULL;
COMMENT ON COLUMN crew_change.until_at IS 'When it is over; NULL: nobody knows, it is over when somebody ends it.';
