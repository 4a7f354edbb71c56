-- Photographs of drivers: what a word does not say.

CREATE TABLE report_photo (
    report_id uuid PRIMARY KEY REFERENCES driver_report ON DELETE CASCADE,
    jpeg bytea NOT NULL CHECK (octet_length(jpeg) BETWEEN 100 AND 3000000),
    received_at timestamptz NOT NULL
);
COMMENT ON TABLE report_photo IS 'The photograph that goes with a report, made small on the phone. Kept for store.positions_days.';
CREATE TRIGGER report_photo_is_history BEFORE UPDATE ON report_photo
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
