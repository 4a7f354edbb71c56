-- Who may come in: accounts, their sessions, keys of programs, and a book of what happened at the door.

CREATE TABLE account (
    name text PRIMARY KEY CHECK (name <> ''),
    role text NOT NULL CHECK (role IN ('viewer', 'dispatcher', 'engineer', 'admin')),
    password_hash text NOT NULL,
    second_factor text,
    second_factor_step bigint,
    made_at timestamptz NOT NULL,
    ended_at timestamptz
);
COMMENT ON TABLE account IS 'Who may sign in. One that has ended stays, so that the book of the door says whom it means.';
COMMENT ON COLUMN account.password_hash IS 'Argon2id, with its parameters and salt.';
COMMENT ON COLUMN account.second_factor IS 'The secret of its time-based codes; NULL: it is set up at the next sign-in.';
COMMENT ON COLUMN account.second_factor_step IS 'The time step of the newest code that was used: none is taken twice.';

CREATE TABLE web_session (
    token_hash bytea PRIMARY KEY,
    name text NOT NULL REFERENCES account,
    stage text NOT NULL CHECK (stage IN ('code', 'set_up', 'open')),
    by_second_factor boolean NOT NULL,
    secret text,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL CHECK (until > since),
    last_used timestamptz NOT NULL,
    ended_at timestamptz,
    CHECK ((stage = 'set_up') = (secret IS NOT NULL))
);
CREATE INDEX web_session_by_name ON web_session (name);
COMMENT ON TABLE web_session IS 'A browser that is signed in, or on its way: what it holds is known here by its SHA-256 only.';
COMMENT ON COLUMN web_session.stage IS 'Whether a code, or the setting up of a second factor, is still wanted.';
COMMENT ON COLUMN web_session.secret IS 'Of a second factor that is being set up: the account gets it once a code of it was right.';

CREATE TABLE api_key (
    name text NOT NULL CHECK (name <> ''),
    key_hash bytea PRIMARY KEY,
    role text NOT NULL CHECK (role IN ('machine', 'viewer', 'dispatcher', 'engineer')),
    since timestamptz NOT NULL,
    last_used timestamptz,
    ended_at timestamptz
);
CREATE UNIQUE INDEX api_key_by_name ON api_key (name) WHERE ended_at IS NULL;
COMMENT ON TABLE api_key IS 'What programs come in by: known here by its SHA-256 only.';

CREATE TABLE door_event (
    event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    who text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('signed_in', 'wrong', 'signed_out', 'account', 'key', 'change')),
    about text NOT NULL,
    place text NOT NULL,
    pair bytea
);
CREATE INDEX door_event_by_place ON door_event (place, at) WHERE kind IN ('signed_in', 'wrong');
CREATE INDEX door_event_by_time ON door_event (at);
COMMENT ON TABLE door_event IS 'Every sign-in, wrong sign-in and sign-out, every change of an account or key, and every request that changes something.';
COMMENT ON COLUMN door_event.who IS 'An account, a key, a vehicle, or who sat at the command line; ''?'': a name that nobody has, which is not kept because it may be a password.';
COMMENT ON COLUMN door_event.place IS 'The address of the other side, or ''command''.';
COMMENT ON COLUMN door_event.pair IS 'Two bytes of the SHA-256 of a name that was typed: so many tell wrong tries apart, and too few to find the name.';
CREATE TRIGGER door_event_is_history BEFORE UPDATE OR DELETE ON door_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER door_event_stays BEFORE TRUNCATE ON door_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
