-- Readings of devices that nobody has taken in yet wait whole, within bounds over all of them; what is beyond is counted.

CREATE TABLE parked_device (
    device_id text PRIMARY KEY,
    messages bigint NOT NULL CHECK (messages >= 0),
    bytes bigint NOT NULL CHECK (bytes >= 0),
    beyond bigint NOT NULL DEFAULT 0 CHECK (beyond >= 0),
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL
);
COMMENT ON TABLE parked_device IS 'The unknown devices whose messages wait as dead letters: how many, and how many bytes they take, so that the bounds cost no count of the letters. Counted anew by a replay and by the housekeeping.';
COMMENT ON COLUMN parked_device.beyond IS 'Messages that found no room in the budget of bytes: counted only.';

CREATE TABLE parked_beyond (
    one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    messages bigint NOT NULL,
    device_id text NOT NULL,
    at timestamptz NOT NULL
);
COMMENT ON TABLE parked_beyond IS 'Messages of unknown devices for which there was no place any more: how many, the device of the last one and when it came.';

DROP INDEX dead_letter_by_device;
CREATE INDEX dead_letter_by_device ON dead_letter (device_id, dead_letter_id);

-- A device of ChirpStack is called by its EUI in small letters, its letters too.
UPDATE dead_letter SET device_id = lower(device_id) WHERE topic LIKE 'application/%' AND device_id <> lower(device_id);

-- A replay through the broker marked letters as replayed before their readings were stored. They wait again: what was
-- stored is known by its key, and the next replay finds it so.
UPDATE dead_letter SET replayed_at = NULL WHERE reason = 'unknown_device' AND replayed_at IS NOT NULL;

INSERT INTO parked_device (device_id, messages, bytes, first_at, last_at)
SELECT device_id, count(*), sum(payload_bytes + 300), min(received_at), max(received_at)
FROM dead_letter WHERE reason = 'unknown_device' AND device_id IS NOT NULL GROUP BY 1;
