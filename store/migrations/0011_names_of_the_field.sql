-- The field's own names: what people saw is an observation, what they ask for a work request, a draft is accepted or rejected,
-- what is on a road is its condition, and what a plan keeps of its decision are its curves.

ALTER TABLE human_truth RENAME TO observation;
ALTER TABLE observation RENAME COLUMN truth_id TO observation_id;
ALTER TABLE human_truth_end RENAME TO observation_end;
ALTER TABLE observation_end RENAME COLUMN truth_id TO observation_id;
ALTER TRIGGER human_truth_is_history ON observation RENAME TO observation_is_history;
ALTER TRIGGER human_truth_is_kept ON observation RENAME TO observation_is_kept;
COMMENT ON TABLE observation_end IS 'An observation that was taken back before its time was out.';

ALTER TABLE ask RENAME TO work_request;
ALTER TABLE work_request RENAME COLUMN ask_id TO request_id;
ALTER TABLE ask_end RENAME TO work_request_end;
ALTER TABLE work_request_end RENAME COLUMN ask_id TO request_id;
ALTER TRIGGER ask_is_history ON work_request RENAME TO work_request_is_history;
ALTER TRIGGER ask_is_kept ON work_request RENAME TO work_request_is_kept;

UPDATE series SET unit = '1' WHERE quantity = 'friction' AND unit = '';

ALTER TABLE snow_archive RENAME COLUMN strands TO curves;
ALTER TABLE snow_draft RENAME COLUMN strands TO curves;
ALTER TABLE snow_draft_answer RENAME COLUMN taken TO accepted;
COMMENT ON TABLE snow_draft IS 'A plan that the watch proposes, as its difference from the live one. It is no plan until somebody accepts it.';
ALTER TABLE road_outlook_segment RENAME COLUMN lies TO condition;
COMMENT ON TABLE road_outlook_segment IS 'A figure for each hour of road_outlook: surface [°C] and snow [cm] with their range, the condition of the road, and what the land does to the surface [K]; NULL where it is not known.';
COMMENT ON TABLE snow_archive IS 'The curves by which each snow plan decided, so that other thresholds can be tried on them; packed by planner/snow/archive.py.';

DO $$  -- constraints follow their tables and columns; PostgreSQL 18 names those of NOT NULL too
DECLARE
    old record;
    wanted text;
BEGIN
    FOR old IN
        SELECT conrelid::regclass AS of, conname AS name FROM pg_constraint
        WHERE conrelid = ANY(ARRAY['observation', 'observation_end', 'work_request', 'work_request_end', 'snow_archive',
                                   'snow_draft', 'snow_draft_answer', 'road_outlook_segment']::regclass[])
    LOOP
        wanted := regexp_replace(replace(replace(old.name, 'human_truth', 'observation'), 'truth_id', 'observation_id'), '^ask_', 'work_request_');
        wanted := replace(replace(wanted, 'ask_id', 'request_id'), '_strands_', '_curves_');
        wanted := replace(replace(wanted, '_taken_', '_accepted_'), '_lies_', '_condition_');
        IF wanted <> old.name THEN
            EXECUTE format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I', old.of, old.name, wanted);
        END IF;
    END LOOP;
END $$;
