-- name: try_alone
-- One housekeeping at a time; who comes second leaves it to the first.
SELECT pg_try_advisory_lock(7246004);

-- name: end_alone
-- Lets the next one begin.
SELECT pg_advisory_unlock(7246004);

-- name: done
-- The tasks that were done for a day.
SELECT task FROM housekeeping WHERE day = %(day)s;

-- name: note
-- Notes that a task was done.
INSERT INTO housekeeping (task, day, done_at) VALUES (%(task)s, %(day)s, %(at)s) ON CONFLICT DO NOTHING;

-- name: last_done
-- When each task was done last.
SELECT task, max(done_at) AS done_at FROM housekeeping GROUP BY 1 ORDER BY 1;

-- name: is_old
-- Whether there are readings before a time that were not removed yet.
SELECT EXISTS (SELECT FROM reading WHERE time < %(before)s)
   AND NOT EXISTS (SELECT FROM reading_kept_from WHERE time >= %(before)s);

-- name: still_due
-- Whether hours before a time wait to be computed.
SELECT EXISTS (SELECT FROM rollup_due WHERE hour < %(before)s);

-- name: keep_from
-- Notes from when on there are readings; it only moves forward.
INSERT INTO reading_kept_from AS kept (time) VALUES (%(before)s)
ON CONFLICT (one_row) DO UPDATE SET time = greatest(kept.time, excluded.time);

-- name: remove_conflicts
-- Conflicts go with their readings.
DELETE FROM reading_conflict WHERE time < %(before)s;

-- name: remove_dead_letters
-- Dead letters of before a time, replayed or not.
DELETE FROM dead_letter WHERE received_at < %(before)s;

-- name: remove_beyond
-- What is known of messages that found no place, when it is long ago.
DELETE FROM parked_beyond WHERE at < %(before)s;

-- name: remove_strangers
-- Devices that nobody has taken in, of which nothing is left and nothing was heard since.
DELETE FROM device d WHERE NOT adopted AND kind = 'unknown' AND last_received < %(before)s
    AND NOT EXISTS (SELECT FROM series s WHERE s.device_id = d.device_id)
    AND NOT EXISTS (SELECT FROM parked_device p WHERE p.device_id = d.device_id);

-- name: remove_positions
-- Where vehicles were before a time.
DELETE FROM position WHERE time < %(before)s;

-- name: remove_passages
-- What positions of before a time were matched to: the streets go with their stretch.
DELETE FROM trace WHERE stretch < %(before)s;

-- name: remove_rejected_positions
-- Dead letters that may hold where a vehicle was: kept no longer than positions are.
DELETE FROM dead_letter
WHERE (topic LIKE 'dagsplan/%%/position' OR topic LIKE 'owntracks/%%' OR topic = 'traccar/position') AND received_at < %(before)s;

-- name: remove_counts
-- Counts of rejects of before a time.
DELETE FROM dead_letter_count WHERE day < (%(before)s::timestamptz AT TIME ZONE 'UTC')::date;

-- name: remove_answers
-- What servers said of answers that nobody asked for since.
DELETE FROM http_cache WHERE fetched_at < %(before)s;

-- name: remove_notes
-- What this table itself has gathered.
DELETE FROM housekeeping WHERE done_at < %(before)s;

-- name: remove_curves
-- Curves of old snow plans: a matter of space, not of record.
DELETE FROM snow_archive WHERE at < %(before)s;

-- name: remove_calls
-- Old calls to crews with what became of them: they hold telephone numbers.
DELETE FROM crew_call WHERE made_at < %(before)s;

-- name: remove_crew_changes
-- Changes of the manning that are long over, or were long ago ended: they hold telephone numbers.
DELETE FROM crew_change c
WHERE until_at < %(before)s
   OR EXISTS (SELECT FROM crew_change_end e WHERE e.change_id = c.change_id AND e.at < %(before)s);

-- name: remove_reports
-- What drivers reported before a time, with what the depot answered.
DELETE FROM driver_report WHERE received_at < %(before)s;

-- name: remove_phones
-- Phones whose time was out, and with them whether they were taken out.
DELETE FROM phone WHERE until < %(before)s;

-- name: remove_pairings
-- What lets no phone in any more.
DELETE FROM pairing WHERE until < %(before)s;

-- name: remove_photos
-- Photographs of drivers of before a time.
DELETE FROM report_photo WHERE received_at < %(before)s;
