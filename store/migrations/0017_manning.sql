-- Who is away and what is chosen by hand: declines that are taken back, other vehicles, and changes of the manning.

CREATE TABLE decline_end (
    key text NOT NULL,
    at timestamptz NOT NULL,
    who text NOT NULL CHECK (who <> ''),
    PRIMARY KEY (key, at)
);
COMMENT ON TABLE decline_end IS 'A decline that was taken back: of those of a key, what was declined later holds.';

CREATE TABLE vehicle_choice (
    key text NOT NULL,
    vehicle_id text,
    at timestamptz NOT NULL,
    who text NOT NULL CHECK (who <> ''),
    PRIMARY KEY (key, at)
);
COMMENT ON TABLE vehicle_choice IS 'The vehicle that somebody wants for an intervention before it is called out; NULL is that of the plan again. The newest holds.';

CREATE TABLE crew_change (
    change_id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('vehicle_out', 'away', 'number')),
    vehicle_id text NOT NULL,
    who text NOT NULL DEFAULT '',
    channel text CHECK (channel IN ('sms', 'voice', 'radio', 'email', 'app')),
    address text,
    starts_at timestamptz NOT NULL,
    until_at timestamptz NOT NULL CHECK (until_at > starts_at),
    why text NOT NULL DEFAULT '',
    noted_at timestamptz NOT NULL,
    noted_by text NOT NULL CHECK (noted_by <> ''),
    CHECK ((kind = 'vehicle_out') = (who = '')),
    CHECK ((kind = 'number') = (address IS NOT NULL))
);
CREATE INDEX crew_change_by_end ON crew_change (until_at);
COMMENT ON TABLE crew_change IS 'A vehicle that is out of service, a place of a call-out list that is away, or a number that is another, until a time. A vehicle may say why, a person never.';
COMMENT ON COLUMN crew_change.who IS 'The role or shift on the vehicle''s call-out list that it is about, never a name.';

CREATE TABLE crew_change_end (
    change_id uuid PRIMARY KEY REFERENCES crew_change ON DELETE CASCADE,
    at timestamptz NOT NULL,
    who text NOT NULL CHECK (who <> '')
);
COMMENT ON TABLE crew_change_end IS 'A change of the manning that was taken back before its time was out.';

CREATE TRIGGER decline_end_is_history BEFORE UPDATE OR DELETE ON decline_end
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER vehicle_choice_is_history BEFORE UPDATE OR DELETE ON vehicle_choice
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER crew_change_is_history BEFORE UPDATE ON crew_change
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
