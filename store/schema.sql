-- The schema as it stands after all migrations, to read at one glance. A test proves it equal to their sum;
-- migrations/ is what runs. store/tiers/ adds the views reading_by_hour and reading_by_day on top, and on the plain
-- tier store/partitions.py divides the readings by weeks.

CREATE TABLE schema_migration (
    name text PRIMARY KEY,
    digest text NOT NULL,
    applied_at timestamptz NOT NULL
);

-- Installation ---------------------------------------------------------------------------------------------

CREATE TABLE simulated_clock (
    one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    starts_at timestamptz NOT NULL,
    wall_start timestamptz NOT NULL,
    speed double precision NOT NULL CHECK (speed > 0)
);
COMMENT ON TABLE simulated_clock IS 'Present only where time is simulated; the same for all processes of the installation.';

CREATE TABLE dataset (
    name text PRIMARY KEY,
    source text NOT NULL,
    licence text NOT NULL,
    attribution text NOT NULL,
    data_date date,
    imported_at timestamptz NOT NULL,
    simulated boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE dataset IS 'What was imported, under which licence; attribution is shown on the map and in exports.';

-- Devices and readings -------------------------------------------------------------------------------------

CREATE TABLE device (
    device_id text PRIMARY KEY CHECK (device_id <> '' AND length(device_id) <= 100),
    name text NOT NULL,
    kind text NOT NULL,
    lon double precision,
    lat double precision,
    interval_s double precision CHECK (interval_s > 0),
    adopted boolean NOT NULL DEFAULT true,
    simulated boolean NOT NULL DEFAULT false,
    first_seen timestamptz,
    last_received timestamptz,
    last_time timestamptz,
    eui text UNIQUE CHECK (eui ~ '^[0-9a-f]{16}$'),
    model text,
    quantity text,
    mounting_m double precision CHECK (mounting_m > 0),
    stands_for text,
    source text,
    retired_at timestamptz
);
COMMENT ON COLUMN device.last_time IS 'Time of the newest reading; last_received is when we got one, which may be of an old reading.';
COMMENT ON COLUMN device.adopted IS 'False for a device that was heard but that nobody has taken in yet: its readings are parked as dead letters.';
COMMENT ON COLUMN device.eui IS 'The name that its radio has: readings that are heard under it are those of the device.';
COMMENT ON COLUMN device.retired_at IS 'Since when its readings are not taken any more; those from before stay.';

CREATE TABLE series (
    series_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_id text NOT NULL REFERENCES device,
    quantity text NOT NULL CHECK (quantity <> '' AND length(quantity) <= 100),
    unit text NOT NULL,
    UNIQUE (device_id, quantity)
);

CREATE TABLE reading (
    series_id bigint NOT NULL REFERENCES series,
    time timestamptz NOT NULL CHECK (time >= '2000-01-01Z' AND time < '2200-01-01Z'),
    value double precision NOT NULL CHECK (value > '-Infinity' AND value < 'Infinity'),
    received_at timestamptz NOT NULL,
    PRIMARY KEY (series_id, time)
);
COMMENT ON TABLE reading IS 'Narrow: one value of one series at one time. A hypertable where TimescaleDB is there.';

CREATE TABLE reading_conflict (
    series_id bigint NOT NULL REFERENCES series,
    time timestamptz NOT NULL,
    value double precision NOT NULL,
    received_at timestamptz NOT NULL
);
COMMENT ON TABLE reading_conflict IS 'A second, different value for a key that was already stored: kept beside it, never written over it.';

CREATE TABLE reading_file (
    file text NOT NULL,
    imported_at timestamptz NOT NULL UNIQUE,
    series_ids bigint[] NOT NULL,
    first timestamptz NOT NULL,
    last timestamptz NOT NULL,
    PRIMARY KEY (file, imported_at)
);
COMMENT ON TABLE reading_file IS 'Imports of history: a reading whose received_at is that of an import came from its file, and may be corrected or taken away by it.';

CREATE TABLE dead_letter (
    dead_letter_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    topic text NOT NULL,
    payload bytea NOT NULL,
    payload_bytes integer NOT NULL,
    device_id text,
    reason text NOT NULL,
    detail text NOT NULL,
    sqlstate text,
    received_at timestamptz NOT NULL,
    replayed_at timestamptz
);
CREATE INDEX dead_letter_by_time ON dead_letter (received_at DESC);
CREATE INDEX dead_letter_by_device ON dead_letter (device_id, dead_letter_id);

CREATE TABLE dead_letter_count (
    day date NOT NULL,
    device_id text NOT NULL,
    reason text NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (day, device_id, reason)
);
COMMENT ON TABLE dead_letter_count IS 'All rejects, counted; beyond the daily cap of a device they are counted only.';

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

-- Hours and housekeeping -----------------------------------------------------------------------------------

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

-- Weather --------------------------------------------------------------------------------------------------

CREATE TABLE forecast (
    forecast_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    provider text NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    elevation_m double precision,
    issued_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    simulated boolean NOT NULL DEFAULT false,
    raw bytea,
    UNIQUE (provider, lon, lat, issued_at)
);
COMMENT ON TABLE forecast IS 'Every issue is kept with its issue time: back-tests replay the forecast that was known then.';

CREATE TABLE forecast_step (
    forecast_id bigint NOT NULL REFERENCES forecast ON DELETE CASCADE,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz NOT NULL CHECK (valid_to > valid_from),
    temp_c double precision,
    precip_mm_h double precision CHECK (precip_mm_h >= 0),
    precip_min_mm_h double precision CHECK (precip_min_mm_h >= 0),
    precip_max_mm_h double precision CHECK (precip_max_mm_h >= 0),
    snow_fraction double precision CHECK (snow_fraction BETWEEN 0 AND 1),
    precip_type text,
    wind_m_s double precision CHECK (wind_m_s >= 0),
    humidity_pct double precision CHECK (humidity_pct BETWEEN 0 AND 100),
    dew_point_c double precision,
    cloud double precision CHECK (cloud BETWEEN 0 AND 1),
    pressure_hpa double precision,
    PRIMARY KEY (forecast_id, valid_to)
);

CREATE TABLE http_cache (
    url text PRIMARY KEY,
    etag text,
    last_modified text,
    expires_at timestamptz,
    fetched_at timestamptz NOT NULL
);

-- Streets --------------------------------------------------------------------------------------------------

CREATE TABLE road_segment (
    segment_id text PRIMARY KEY,
    dataset text NOT NULL REFERENCES dataset,
    name text NOT NULL,
    network text NOT NULL CHECK (network IN ('street', 'cycle')),
    route_class text NOT NULL CHECK (route_class IN ('P1', 'P2', 'P3', 'C1', 'C2')),
    highway text NOT NULL,
    keeper text NOT NULL CHECK (keeper IN ('municipal', 'state', 'private', 'unknown')),
    oneway boolean NOT NULL,
    lanes smallint,
    width_m double precision,
    surface text NOT NULL,
    bridge boolean NOT NULL,
    tunnel boolean NOT NULL,
    speed_kmh double precision NOT NULL CHECK (speed_kmh > 0),
    length_m double precision NOT NULL CHECK (length_m >= 0),
    from_node bigint NOT NULL,
    to_node bigint NOT NULL,
    lons double precision[] NOT NULL,
    lats double precision[] NOT NULL CHECK (array_length(lats, 1) = array_length(lons, 1)),
    elevation_m double precision,
    grade_pct double precision,
    slope_source text,
    dem_resolution_m double precision,
    reachable boolean NOT NULL DEFAULT true,
    max_width_m double precision CHECK (max_width_m > 0),
    max_weight_t double precision CHECK (max_weight_t > 0)
);

CREATE TABLE turn_ban (
    from_segment text NOT NULL REFERENCES road_segment ON DELETE CASCADE,
    via_node bigint NOT NULL,
    to_segment text NOT NULL REFERENCES road_segment ON DELETE CASCADE,
    only_network text CHECK (only_network IN ('street', 'cycle')),
    PRIMARY KEY (from_segment, via_node, to_segment)
);
CREATE INDEX turn_ban_to_segment ON turn_ban (to_segment);
COMMENT ON TABLE turn_ban IS 'Who comes from one segment may not go on to the other at the node; only_network: holds for vehicles that clear it alone, NULL for all.';

CREATE TABLE segment_relief (
    segment_id text PRIMARY KEY REFERENCES road_segment ON DELETE CASCADE,
    sky_view real NOT NULL CHECK (sky_view BETWEEN 0 AND 1),
    horizon real[] NOT NULL CHECK (array_length(horizon, 1) = 36),
    slope real,
    aspect real,
    above_m real,
    source text NOT NULL,
    resolution_m real NOT NULL CHECK (resolution_m > 0)
);
COMMENT ON TABLE segment_relief IS 'The land round a segment: angles [rad] from north over east, height over the surroundings [m]. No row where no terrain model reaches.';

CREATE TABLE segment_origin (
    segment_id text PRIMARY KEY REFERENCES road_segment ON DELETE CASCADE,
    number text NOT NULL DEFAULT '',
    keeper text NOT NULL CHECK (keeper IN ('municipal', 'state', 'private', 'unknown'))
);
COMMENT ON TABLE segment_origin IS 'What the source says of a segment beside what is planned with: the number of its road, and its keeper before any rule.';

CREATE TABLE keeper_rule (
    rule_id text PRIMARY KEY CHECK (rule_id <> ''),
    place integer NOT NULL,
    keeper text NOT NULL CHECK (keeper IN ('municipal', 'state', 'private')),
    street text,
    highway text,
    number text,
    way text,
    segment text,
    outline double precision[] CHECK (cardinality(outline) >= 6 AND cardinality(outline) % 2 = 0),
    source text NOT NULL,
    imported_at timestamptz NOT NULL
);
COMMENT ON TABLE keeper_rule IS 'Rules of who keeps a street, applied at every import of roads: the first that fits, by place, counts. outline is a polygon as lon, lat, lon, lat ….';

CREATE TABLE treatment (
    segment_id text NOT NULL,
    action text NOT NULL,
    done_at timestamptz NOT NULL,
    order_id uuid,
    g_m2 double precision CHECK (g_m2 >= 0),
    PRIMARY KEY (segment_id, action, done_at)
);
COMMENT ON TABLE treatment IS 'What was done to a segment and when: proof, and the start of the next forecast. Names no driver.';
COMMENT ON COLUMN treatment.g_m2 IS 'What was spread, of salt as dry salt [g/m²]; null where nothing was or nobody knows.';

-- Waste ----------------------------------------------------------------------------------------------------

CREATE TABLE room (
    room_id text PRIMARY KEY,
    dataset text NOT NULL REFERENCES dataset,
    name text NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    kind text NOT NULL,
    simulated boolean NOT NULL DEFAULT false
);

CREATE TABLE vessel (
    vessel_id text PRIMARY KEY,
    room_id text NOT NULL REFERENCES room,
    fraction text NOT NULL,
    litres double precision NOT NULL CHECK (litres > 0),
    device_id text,
    max_age_days double precision CHECK (max_age_days > 0),
    last_emptied timestamptz,
    simulated boolean NOT NULL DEFAULT false,
    source text,
    emptied_said timestamptz,
    emptied_on text[] NOT NULL DEFAULT '{}'
);
COMMENT ON COLUMN vessel.emptied_said IS 'As the last file says; last_emptied is what drivers reported. The later of them holds.';
COMMENT ON COLUMN vessel.emptied_on IS 'mon, tue, wed, thu, fri, sat, sun; empty: any day on which trucks drive.';

-- Heating --------------------------------------------------------------------------------------------------

CREATE TABLE building (
    building_id text PRIMARY KEY,
    dataset text NOT NULL REFERENCES dataset,
    name text NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    kind text NOT NULL,
    area_m2 double precision CHECK (area_m2 > 0),
    device_id text,
    calendar text NOT NULL,
    opens text NOT NULL,
    closes text NOT NULL,
    simulated boolean NOT NULL DEFAULT false
);

CREATE TABLE building_point (
    building_id text NOT NULL REFERENCES building ON DELETE CASCADE,
    point text NOT NULL,
    device_id text NOT NULL,
    zone text NOT NULL DEFAULT '',
    quantity text NOT NULL DEFAULT '',
    opens text NOT NULL DEFAULT '',
    closes text NOT NULL DEFAULT '',
    after_school_opens text NOT NULL DEFAULT '',
    after_school_closes text NOT NULL DEFAULT '',
    tag text NOT NULL DEFAULT '',
    source text,
    PRIMARY KEY (building_id, point, device_id)
);
COMMENT ON COLUMN building_point.quantity IS 'Of its readings where it is not the usual one of the point.';
COMMENT ON COLUMN building_point.tag IS 'A Brick or Haystack name, kept and shown.';

CREATE TABLE calendar_day (
    calendar text NOT NULL,
    day date NOT NULL,
    kind text NOT NULL,
    source text,
    PRIMARY KEY (calendar, day)
);

CREATE TABLE forgotten (
    kind text NOT NULL CHECK (kind IN ('room', 'building')),
    id text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (kind, id)
);
COMMENT ON TABLE forgotten IS 'What a person took away of the map: a later import of streets does not bring it back, a file that names it does.';

-- Fleet ----------------------------------------------------------------------------------------------------

CREATE TABLE contractor (
    contractor_id text PRIMARY KEY,
    name text NOT NULL,
    cost_per_h double precision CHECK (cost_per_h >= 0),
    simulated boolean NOT NULL DEFAULT false,
    least_hours double precision CHECK (least_hours >= 0),
    source text
);

CREATE TABLE depot (
    depot_id text PRIMARY KEY,
    name text NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    kind text NOT NULL DEFAULT 'depot',
    simulated boolean NOT NULL DEFAULT false,
    source text
);

CREATE TABLE vehicle (
    vehicle_id text PRIMARY KEY,
    domain text NOT NULL CHECK (domain IN ('snow', 'waste', 'heating')),
    depot_id text NOT NULL REFERENCES depot,
    network text NOT NULL CHECK (network IN ('street', 'cycle')),
    contractor_id text REFERENCES contractor,
    work_kmh double precision NOT NULL CHECK (work_kmh > 0),
    drive_kmh double precision NOT NULL CHECK (drive_kmh > 0),
    capacity_l double precision CHECK (capacity_l > 0),
    capacity_kg double precision CHECK (capacity_kg > 0),
    fractions text[] NOT NULL DEFAULT '{}',
    simulated boolean NOT NULL DEFAULT false,
    width_m double precision CHECK (width_m > 0),
    weight_t double precision CHECK (weight_t > 0),
    source text
);

CREATE TABLE roster_turn (
    vehicle_id text NOT NULL REFERENCES vehicle ON DELETE CASCADE,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
    crew text CHECK (crew <> ''),
    source text,
    PRIMARY KEY (vehicle_id, starts_at)
);
COMMENT ON COLUMN roster_turn.crew IS 'Who mans it, as a shift; the rest rules hold for them. Without it they hold for the vehicle.';

CREATE TABLE call_out_list (
    network text NOT NULL CHECK (network IN ('street', 'cycle')),
    contractor_id text REFERENCES contractor ON DELETE CASCADE,
    place integer NOT NULL CHECK (place >= 1),
    vehicle_id text NOT NULL REFERENCES vehicle ON DELETE CASCADE,
    who text NOT NULL CHECK (who <> ''),
    channel text NOT NULL CHECK (channel IN ('sms', 'voice', 'radio', 'email', 'app')),
    address text NOT NULL,
    source text,
    UNIQUE NULLS NOT DISTINCT (network, contractor_id, place)
);
COMMENT ON TABLE call_out_list IS 'Who is called in which order, for a network or for one contractor on it; who is a role or a shift, never a name.';

-- Existing routes ------------------------------------------------------------------------------------------

CREATE TABLE existing_route (
    route_name text PRIMARY KEY CHECK (route_name <> ''),
    vehicle_id text,
    route_class text CHECK (route_class IN ('P1', 'P2', 'P3', 'C1', 'C2')),
    source text NOT NULL,
    imported_at timestamptz NOT NULL,
    length_m double precision NOT NULL CHECK (length_m >= 0),
    share_matched double precision NOT NULL CHECK (share_matched BETWEEN 0 AND 1),
    work_assumed boolean NOT NULL
);
COMMENT ON TABLE existing_route IS 'A route of today: length and matched share are those of the file; work_assumed where the file does not say on all of it what is worked.';

CREATE TABLE existing_route_step (
    route_name text NOT NULL REFERENCES existing_route ON DELETE CASCADE,
    place integer NOT NULL,
    segment_id text NOT NULL,
    forward boolean NOT NULL,
    serve boolean NOT NULL,
    PRIMARY KEY (route_name, place)
);
COMMENT ON TABLE existing_route_step IS 'The segments driven, in order. One that a new road import removed stays named here: the route must then be imported again.';

-- Thresholds -----------------------------------------------------------------------------------------------

CREATE TABLE threshold (
    key text NOT NULL,
    scope text NOT NULL,
    version integer NOT NULL CHECK (version >= 1),
    value double precision,
    text text,
    unit text NOT NULL,
    valid_from timestamptz NOT NULL,
    changed_by text NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    PRIMARY KEY (key, scope, version),
    CHECK (value IS NOT NULL OR text IS NOT NULL)
);
COMMENT ON TABLE threshold IS 'Versioned: a change is a new row with who, when and why; nothing is updated.';

-- Plans ----------------------------------------------------------------------------------------------------

CREATE TABLE plan_run (
    domain text NOT NULL,
    service_day date NOT NULL,
    slot text NOT NULL,
    mode text NOT NULL,
    claimed_by text NOT NULL,
    claimed_at timestamptz NOT NULL,
    claim_expires timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    finished_at timestamptz,
    plan_id uuid,
    problem text,
    tries integer NOT NULL DEFAULT 1,
    PRIMARY KEY (domain, service_day, slot, mode)
);
COMMENT ON TABLE plan_run IS 'Claims a due plan once, however many planners run; a plan by an event has slot event:<id>.';

CREATE TABLE plan (
    plan_id uuid PRIMARY KEY,
    domain text NOT NULL,
    service_day date NOT NULL,
    slot text NOT NULL,
    mode text NOT NULL,
    version integer NOT NULL,
    supersedes uuid REFERENCES plan,
    created_at timestamptz NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz NOT NULL,
    simulated boolean NOT NULL,
    inputs_hash text NOT NULL,
    doc jsonb NOT NULL,
    UNIQUE (domain, service_day, mode, version)
);
CREATE INDEX plan_latest ON plan (domain, mode, created_at DESC);

CREATE TABLE intervention (
    plan_id uuid NOT NULL REFERENCES plan,
    key text NOT NULL,
    place integer NOT NULL,
    kind text NOT NULL,
    target text NOT NULL,
    priority integer NOT NULL,
    vehicle_id text,
    starts_at timestamptz,
    ready_by timestamptz,
    PRIMARY KEY (plan_id, key)
);

CREATE TABLE plan_order (
    order_id uuid PRIMARY KEY,
    plan_id uuid NOT NULL,
    key text NOT NULL,
    domain text NOT NULL,
    target text NOT NULL,
    vehicle_id text,
    contractor_id text,
    expected_end timestamptz,
    created_at timestamptz NOT NULL,
    FOREIGN KEY (plan_id, key) REFERENCES intervention
);
CREATE INDEX plan_order_by_key ON plan_order (key);
CREATE INDEX plan_order_by_time ON plan_order (created_at);

CREATE TABLE order_event (
    order_id uuid NOT NULL REFERENCES plan_order,
    n integer NOT NULL,
    kind text NOT NULL CHECK (kind IN ('decided', 'overridden', 'sent', 'delivered', 'acknowledged', 'unanswered',
                                       'refused', 'started', 'segment_done', 'stop_done', 'aborted', 'done', 'undone')),
    at timestamptz NOT NULL,
    who text NOT NULL,
    note text NOT NULL DEFAULT '',
    segment_id text,
    vehicle_id text,
    undoes integer,
    PRIMARY KEY (order_id, n),
    CHECK ((kind = 'undone') = (undoes IS NOT NULL))
);
COMMENT ON COLUMN order_event.segment_id IS 'The street that a segment_done is about.';
COMMENT ON COLUMN order_event.vehicle_id IS 'The vehicle that holds the order from this event on, where it changed.';
COMMENT ON COLUMN order_event.undoes IS 'The step that an undone takes back.';

CREATE TABLE position (
    vehicle_id text NOT NULL,
    time timestamptz NOT NULL CHECK (time >= '2000-01-01Z' AND time < '2200-01-01Z'),
    lon double precision NOT NULL CHECK (lon BETWEEN -180 AND 180),
    lat double precision NOT NULL CHECK (lat BETWEEN -90 AND 90),
    heading double precision CHECK (heading BETWEEN 0 AND 360),
    speed_kmh double precision CHECK (speed_kmh >= 0),
    accuracy_m double precision CHECK (accuracy_m >= 0),
    received_at timestamptz NOT NULL,
    PRIMARY KEY (vehicle_id, time)
);
CREATE INDEX position_by_time ON position (time);
COMMENT ON TABLE position IS 'Only of vehicles with an order under way, and only for so many days as store.positions_days says.';

CREATE TABLE trace (
    order_id uuid NOT NULL REFERENCES plan_order,
    stretch timestamptz NOT NULL,
    positions integer NOT NULL CHECK (positions > 0),
    follows timestamptz,
    newest timestamptz NOT NULL,
    due boolean NOT NULL,
    until timestamptz,
    PRIMARY KEY (order_id, stretch)
);
CREATE INDEX trace_due ON trace (stretch) WHERE due;
COMMENT ON TABLE trace IS 'An order''s positions in stretches of ten minutes, by when each begins: how many have come, and whether they wait to be matched to streets. Kept for store.positions_days.';
COMMENT ON COLUMN trace.follows IS 'The time of the last position of the stretch before, from which this one is driven on.';
COMMENT ON COLUMN trace.until IS 'The time of the last position that was matched.';

CREATE TABLE passage (
    order_id uuid NOT NULL,
    stretch timestamptz NOT NULL,
    n integer NOT NULL,
    segment_id text NOT NULL,
    vehicle_id text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (order_id, stretch, n),
    FOREIGN KEY (order_id, stretch) REFERENCES trace ON DELETE CASCADE
);
COMMENT ON TABLE passage IS 'Streets that a vehicle drove whole, at a pace at which it can work, while it was out on an order: in driving order, each with when the vehicle was last seen on it. They go with their stretch.';

-- What is only ever added to -------------------------------------------------------------------------------

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME USING ERRCODE = '23001';
END $$;

CREATE TRIGGER threshold_is_history BEFORE UPDATE OR DELETE ON threshold
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER plan_is_a_value BEFORE UPDATE OR DELETE ON plan
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER intervention_is_a_value BEFORE UPDATE OR DELETE ON intervention
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER order_event_is_history BEFORE UPDATE OR DELETE ON order_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER threshold_is_kept BEFORE TRUNCATE ON threshold
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER plan_is_kept BEFORE TRUNCATE ON plan
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER intervention_is_kept BEFORE TRUNCATE ON intervention
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER order_event_is_kept BEFORE TRUNCATE ON order_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Views ----------------------------------------------------------------------------------------------------

CREATE VIEW order_step AS
SELECT e.* FROM order_event e
WHERE NOT EXISTS (SELECT FROM order_event u WHERE u.order_id = e.order_id AND u.undoes = e.n);
COMMENT ON VIEW order_step IS 'The steps of orders that hold: all but those that were taken back.';

CREATE VIEW order_now AS
SELECT o.order_id, o.plan_id, o.key, o.domain, o.target, coalesce(h.vehicle_id, o.vehicle_id) AS vehicle_id,
       CASE WHEN h.vehicle_id IS NULL THEN o.contractor_id ELSE v.contractor_id END AS contractor_id,
       o.expected_end, o.created_at, e.kind AS state, e.at AS state_at, e.who AS state_who, e.note AS state_note
FROM plan_order o
JOIN LATERAL (
    SELECT * FROM order_step e
    WHERE e.order_id = o.order_id
      AND e.kind NOT IN ('overridden', 'delivered', 'segment_done', 'stop_done', 'undone')
    ORDER BY n DESC LIMIT 1
) e ON true
LEFT JOIN LATERAL (
    SELECT vehicle_id FROM order_step h WHERE h.order_id = o.order_id AND h.vehicle_id IS NOT NULL
    ORDER BY n DESC LIMIT 1
) h ON true
LEFT JOIN vehicle v ON v.vehicle_id = h.vehicle_id;

CREATE VIEW vehicle_out AS
SELECT o.order_id, o.created_at, held.vehicle_id, greatest(begun.at, held.since) AS since,
       least(ended.at, held.until) AS until
FROM plan_order o
JOIN LATERAL (
    SELECT min(at) AS at FROM order_step e WHERE e.order_id = o.order_id AND e.kind IN ('acknowledged', 'started')
) begun ON begun.at IS NOT NULL
JOIN LATERAL (
    SELECT min(at) AS at FROM order_step e WHERE e.order_id = o.order_id AND e.kind IN ('done', 'aborted', 'refused')
) ended ON true
JOIN LATERAL (
    SELECT step.vehicle_id, step.at AS since, lead(step.at) OVER (ORDER BY step.n) AS until
    FROM (SELECT 0 AS n, o.vehicle_id, o.created_at AS at
          UNION ALL
          SELECT e.n, e.vehicle_id, e.at FROM order_step e WHERE e.order_id = o.order_id AND e.vehicle_id IS NOT NULL
    ) step
) held ON held.vehicle_id IS NOT NULL AND (held.until IS NULL OR held.until > begun.at);
COMMENT ON VIEW vehicle_out IS 'When which vehicle was out on an order: from its acknowledgement or start to its end.';

CREATE VIEW vehicle_begun AS
SELECT v.order_id, v.created_at, o.domain, o.target, v.vehicle_id, v.until, begun.at AS started_at,
       greatest(v.since, coalesce(begun.at, i.starts_at - interval '30 minutes')) AS since
FROM vehicle_out v JOIN plan_order o USING (order_id) LEFT JOIN intervention i USING (plan_id, key)
JOIN LATERAL (SELECT min(at) AS at FROM order_step e WHERE e.order_id = v.order_id AND e.kind = 'started') begun ON true;
COMMENT ON VIEW vehicle_begun IS 'When a vehicle began an order: at its start, or where nobody told of one half an hour before its planned start, not before its acknowledgement.';

CREATE FUNCTION vehicle_work(made_from timestamptz, made_until timestamptz)
RETURNS TABLE (order_id uuid, vehicle_id text, since timestamptz, until timestamptz) LANGUAGE sql STABLE AS $$
    WITH begun AS MATERIALIZED (
        SELECT * FROM vehicle_begun b
        WHERE b.created_at BETWEEN made_from - interval '36 hours' AND made_until + interval '36 hours'
    ), runs AS (
        SELECT own.order_id, own.vehicle_id, own.since, own.until,
               max(coalesce(r.until, 'infinity')) FILTER (
                   WHERE r.since <= own.since AND r.started_at IS NOT NULL AND own.started_at IS NULL) AS before,
               min(r.since) FILTER (
                   WHERE r.since > own.since AND (r.started_at IS NOT NULL OR own.started_at IS NULL)) AS after
        FROM begun own
        LEFT JOIN begun r ON r.vehicle_id = own.vehicle_id AND r.domain = own.domain AND r.target = own.target
                         AND r.order_id <> own.order_id
        WHERE own.created_at BETWEEN made_from AND made_until
        GROUP BY own.order_id, own.vehicle_id, own.since, own.until
    )
    SELECT order_id, vehicle_id, greatest(since, before), least(until, after) FROM runs
    WHERE greatest(since, before) < coalesce(least(until, after), 'infinity')
$$;
COMMENT ON FUNCTION vehicle_work(timestamptz, timestamptz) IS 'Whose work a vehicle''s positions are, of the orders made in a time: of several runs of one tur each has its own, from when it was begun to its end or to the next one.';

CREATE VIEW threshold_history AS
SELECT key, scope, version, value, text, unit, valid_from, changed_by, reason FROM threshold;

CREATE VIEW reading_latest AS
SELECT s.series_id, s.device_id, s.quantity, s.unit, r.time, r.value, r.received_at
FROM series s
JOIN LATERAL (
    SELECT time, value, received_at FROM reading r WHERE r.series_id = s.series_id ORDER BY time DESC LIMIT 1
) r ON true;

-- Health ---------------------------------------------------------------------------------------------------

CREATE TABLE daemon_health (
    daemon text PRIMARY KEY,
    at timestamptz NOT NULL,
    connected boolean NOT NULL,
    queued bigint NOT NULL,
    oldest_s double precision,
    lag_s double precision,
    messages bigint NOT NULL,
    rows bigint NOT NULL,
    duplicates bigint NOT NULL,
    conflicts bigint NOT NULL,
    rejected jsonb NOT NULL,
    broker_dropped bigint,
    positions bigint NOT NULL DEFAULT 0,
    positions_dropped bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE daemon_health IS 'One row a daemon (its MQTT client id), counted since its start; at is when it last said so.';

CREATE TABLE road_outlook (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    at timestamptz NOT NULL,
    first_hour timestamptz NOT NULL,
    hours integer NOT NULL CHECK (hours > 0),
    source text NOT NULL,
    simulated boolean NOT NULL
);
COMMENT ON TABLE road_outlook IS 'One row: when the outlook was computed, when its first hour ends, how many hours, from which forecast.';

CREATE TABLE road_outlook_segment (
    segment_id text PRIMARY KEY REFERENCES road_segment ON DELETE CASCADE,
    surface_c real[] NOT NULL,
    surface_low_c real[] NOT NULL,
    surface_high_c real[] NOT NULL,
    depth_cm real[] NOT NULL,
    depth_low_cm real[] NOT NULL,
    depth_high_cm real[] NOT NULL,
    condition text[] NOT NULL,
    height_k real[] NOT NULL,
    shade_k real[] NOT NULL,
    sky_k real[] NOT NULL,
    traffic_k real[] NOT NULL,
    bridge_k real[] NOT NULL
);
COMMENT ON TABLE road_outlook_segment IS 'A figure for each hour of road_outlook: surface [°C] and snow [cm] with their range, the condition of the road, and what the land does to the surface [K]; NULL where it is not known.';

-- The snow decision -----------------------------------------------------------------------------------------

CREATE TABLE observation (
    observation_id uuid PRIMARY KEY,
    segments text[] NOT NULL CHECK (cardinality(segments) > 0),
    quantity text NOT NULL CHECK (quantity IN ('snow_depth', 'slippery')),
    value double precision NOT NULL CHECK (value >= 0 AND value < 1000),
    at timestamptz NOT NULL,
    until timestamptz NOT NULL CHECK (until > at),
    who text NOT NULL CHECK (who <> ''),
    why text NOT NULL,
    noted_at timestamptz NOT NULL
);
COMMENT ON TABLE observation IS 'What an officer or driver saw, which overrules the model for a stated time; who is a role or a vehicle, never a person.';
CREATE TABLE observation_end (
    observation_id uuid PRIMARY KEY REFERENCES observation,
    at timestamptz NOT NULL,
    who text NOT NULL
);
COMMENT ON TABLE observation_end IS 'An observation that was taken back before its time was out.';

CREATE TABLE decline (
    plan_id uuid NOT NULL,
    key text NOT NULL,
    cause text NOT NULL CHECK (cause IN ('precipitation', 'drifting', 'road_temperature', 'practice', 'other')),
    note text NOT NULL DEFAULT '',
    who text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (plan_id, key, at),
    FOREIGN KEY (plan_id, key) REFERENCES intervention
);
COMMENT ON TABLE decline IS 'An intervention that a person turned down, with one of the causes known from the field, for the accuracy page.';

CREATE TABLE snow_archive (
    plan_id uuid PRIMARY KEY REFERENCES plan,
    at timestamptz NOT NULL,
    service_day date NOT NULL,
    simulated boolean NOT NULL,
    curves bytea NOT NULL
);
CREATE INDEX snow_archive_by_time ON snow_archive (at);
COMMENT ON TABLE snow_archive IS 'The curves by which each snow plan decided, so that other thresholds can be tried on them; packed by planner/snow/archive.py.';

CREATE TABLE snow_draft (
    draft_id uuid PRIMARY KEY,
    base_plan uuid NOT NULL REFERENCES plan,
    made_at timestamptz NOT NULL,
    event text NOT NULL,
    inputs_hash text NOT NULL,
    difference jsonb NOT NULL,
    doc jsonb NOT NULL,
    curves bytea NOT NULL,
    UNIQUE (base_plan, inputs_hash)
);
CREATE INDEX snow_draft_by_time ON snow_draft (made_at DESC);
COMMENT ON TABLE snow_draft IS 'A plan that the watch proposes, as its difference from the live one. It is no plan until somebody accepts it.';
CREATE TABLE snow_draft_answer (
    draft_id uuid PRIMARY KEY REFERENCES snow_draft,
    accepted boolean NOT NULL,
    at timestamptz NOT NULL,
    who text NOT NULL,
    plan_id uuid REFERENCES plan
);

CREATE TRIGGER observation_is_history BEFORE UPDATE OR DELETE ON observation
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decline_is_history BEFORE UPDATE OR DELETE ON decline
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER snow_draft_is_a_value BEFORE UPDATE OR DELETE ON snow_draft
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER observation_is_kept BEFORE TRUNCATE ON observation
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decline_is_kept BEFORE TRUNCATE ON decline
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER snow_draft_is_kept BEFORE TRUNCATE ON snow_draft
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Places, haulage and sweeping

CREATE TABLE place (
    place_id text PRIMARY KEY,
    dataset text NOT NULL REFERENCES dataset,
    kind text NOT NULL CHECK (kind IN ('bus_stop', 'crossing', 'parking', 'school_yard')),
    name text NOT NULL,
    lon double precision NOT NULL CHECK (lon BETWEEN -180 AND 180),
    lat double precision NOT NULL CHECK (lat BETWEEN -90 AND 90),
    area_m2 double precision CHECK (area_m2 > 0)
);
CREATE INDEX place_by_dataset ON place (dataset);
COMMENT ON TABLE place IS 'Bus stops, crossings, car parks and school yards, which are cleared for themselves; what was done there stands in treatment.';

CREATE TABLE work_request (
    request_id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('haul', 'sweep')),
    segments text[] NOT NULL CHECK (cardinality(segments) > 0),
    who text NOT NULL CHECK (who <> ''),
    why text NOT NULL,
    at timestamptz NOT NULL,
    until timestamptz NOT NULL CHECK (until > at)
);
COMMENT ON TABLE work_request IS 'Snow haulage or grit sweeping that a person asks for on some streets; who is a role or a vehicle, never a person.';
CREATE TABLE work_request_end (
    request_id uuid PRIMARY KEY REFERENCES work_request,
    at timestamptz NOT NULL,
    who text NOT NULL
);
COMMENT ON TABLE work_request_end IS 'What was asked for and taken back before its time was out.';
CREATE TRIGGER work_request_is_history BEFORE UPDATE OR DELETE ON work_request
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER work_request_is_kept BEFORE TRUNCATE ON work_request
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Calls and manning ---------------------------------------------------------------------------------------

CREATE TABLE crew_call (
    call_id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('go', 'stop')),
    vehicle_id text NOT NULL,
    contractor_id text,
    who text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('sms', 'voice', 'radio', 'email', 'app', 'by_hand')),
    address text NOT NULL,
    text text NOT NULL,
    made_at timestamptz NOT NULL,
    made_by text NOT NULL CHECK (made_by <> ''),
    leaves_at timestamptz NOT NULL,
    follows uuid
);
CREATE INDEX crew_call_by_time ON crew_call (made_at);
COMMENT ON TABLE crew_call IS 'One message to one vehicle: who is called, by which channel, with what words. Nothing leaves before leaves_at. Addresses are kept for store.positions_days.';
COMMENT ON COLUMN crew_call.who IS 'A role or a shift, never a name.';
COMMENT ON COLUMN crew_call.follows IS 'The call in whose place this one came, where nobody answered that or it was refused.';

CREATE TABLE crew_call_order (
    call_id uuid NOT NULL REFERENCES crew_call ON DELETE CASCADE,
    place integer NOT NULL CHECK (place >= 1),
    order_id uuid NOT NULL REFERENCES plan_order,
    PRIMARY KEY (call_id, place),
    UNIQUE (call_id, order_id)
);
CREATE INDEX crew_call_order_by_order ON crew_call_order (order_id);
COMMENT ON TABLE crew_call_order IS 'The orders that a call is about, in the order in which they are to be driven.';

CREATE TABLE crew_call_event (
    call_id uuid NOT NULL REFERENCES crew_call ON DELETE CASCADE,
    n integer NOT NULL,
    kind text NOT NULL CHECK (kind IN ('made', 'withdrawn', 'tried', 'waits', 'sent', 'delivered', 'failed', 'unsure',
                                       'by_hand', 'acknowledged', 'refused', 'unanswered', 'stopped', 'undone')),
    at timestamptz NOT NULL,
    who text NOT NULL CHECK (who <> ''),
    note text NOT NULL DEFAULT '',
    ref text,
    undoes integer,
    PRIMARY KEY (call_id, n),
    CHECK ((kind = 'undone') = (undoes IS NOT NULL))
);
CREATE INDEX crew_call_event_by_time ON crew_call_event (at);
COMMENT ON TABLE crew_call_event IS 'What became of a call, step by step, only added to. tried: an attempt has begun, written before anything leaves; waits: it can be tried again; unsure: it may have arrived or not.';
COMMENT ON COLUMN crew_call_event.ref IS 'What the gateway calls the message.';
COMMENT ON COLUMN crew_call_event.undoes IS 'The step that an undone takes back.';
CREATE TRIGGER crew_call_event_is_history BEFORE UPDATE ON crew_call_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE VIEW crew_call_step AS
SELECT e.* FROM crew_call_event e
WHERE NOT EXISTS (SELECT FROM crew_call_event u WHERE u.call_id = e.call_id AND u.undoes = e.n);
COMMENT ON VIEW crew_call_step IS 'The steps of calls that hold: all but those that were taken back.';

CREATE VIEW crew_call_now AS
SELECT c.*, e.kind AS state, e.at AS state_at, e.who AS state_who, e.note AS state_note, t.tries, t.sent_at,
       t.delivered_at, t.answered_at, t.ref
FROM crew_call c
JOIN LATERAL (
    SELECT * FROM crew_call_step e WHERE e.call_id = c.call_id AND e.kind <> 'undone' ORDER BY n DESC LIMIT 1
) e ON true
JOIN LATERAL (
    SELECT count(*) FILTER (WHERE kind = 'tried') AS tries,
           min(at) FILTER (WHERE kind = 'sent') AS sent_at,
           min(at) FILTER (WHERE kind = 'delivered') AS delivered_at,
           max(at) FILTER (WHERE kind IN ('acknowledged', 'refused')) AS answered_at,
           max(s.ref) AS ref
    FROM crew_call_step s WHERE s.call_id = c.call_id
) t ON true;

CREATE TABLE emptying (
    order_id uuid NOT NULL REFERENCES plan_order,
    vessel_id text NOT NULL,
    at timestamptz NOT NULL,
    emptied_before timestamptz,
    PRIMARY KEY (order_id, vessel_id, at)
);
COMMENT ON TABLE emptying IS 'Vessels that an order emptied, and when each was emptied before: taken back, that holds again.';

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
    until_at timestamptz CHECK (until_at > starts_at),
    why text NOT NULL DEFAULT '',
    noted_at timestamptz NOT NULL,
    noted_by text NOT NULL CHECK (noted_by <> ''),
    CHECK ((kind = 'vehicle_out') = (who = '')),
    CHECK ((kind = 'number') = (address IS NOT NULL))
);
CREATE INDEX crew_change_by_end ON crew_change (until_at);
COMMENT ON TABLE crew_change IS 'A vehicle that is out of service, a place of a call-out list that is away, or a number that is another, until a time. A vehicle may say why, a person never.';
COMMENT ON COLUMN crew_change.who IS 'The role or shift on the vehicle''s call-out list that it is about, never a name.';
COMMENT ON COLUMN crew_change.until_at IS 'When it is over; NULL: nobody knows, it is over when somebody ends it.';

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

CREATE TABLE base_map (
    dataset text PRIMARY KEY REFERENCES dataset ON DELETE CASCADE,
    doc bytea NOT NULL
);
COMMENT ON TABLE base_map IS 'Water, parks, buildings and railways of a dataset as the map is sent them: gzipped JSON. Nothing is planned by it.';

CREATE TABLE watch_look (
    base_plan uuid NOT NULL REFERENCES plan,
    at timestamptz NOT NULL,
    event text NOT NULL,
    added text[] NOT NULL,
    dropped text[] NOT NULL,
    PRIMARY KEY (base_plan, at, event)
);
CREATE INDEX watch_look_by_time ON watch_look (at DESC);
COMMENT ON TABLE watch_look IS 'What a look of the watch found: the keys that a plan of what is known at that time would add to the live plan, and those it would drop, proposed or not.';
CREATE TRIGGER watch_look_is_history BEFORE UPDATE OR DELETE ON watch_look
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE stop_said (
    order_id uuid NOT NULL,
    n integer NOT NULL,
    room_id text NOT NULL,
    vessel_id text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('emptied', 'empty', 'full', 'unreachable', 'missorted', 'broken')),
    level_pct double precision CHECK (level_pct BETWEEN 0 AND 200),
    kg double precision CHECK (kg BETWEEN 0 AND 100000),
    PRIMARY KEY (order_id, n, vessel_id),
    FOREIGN KEY (order_id, n) REFERENCES order_event
);
COMMENT ON TABLE stop_said IS 'By step of an order: each vessel of a room, what became of it, how full it was and what it weighed.';
CREATE TRIGGER stop_said_is_history BEFORE UPDATE OR DELETE ON stop_said
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE phone (
    phone_id uuid PRIMARY KEY,
    vehicle_id text NOT NULL,
    token_hash bytea NOT NULL UNIQUE,
    way text NOT NULL CHECK (way IN ('code', 'sheet', 'call')),
    since timestamptz NOT NULL,
    until timestamptz NOT NULL CHECK (until > since)
);
CREATE INDEX phone_by_end ON phone (until);
COMMENT ON TABLE phone IS 'A phone that is paired with a vehicle for a shift; whose it is nobody asks. Of its token only the SHA-256 is kept.';
CREATE TABLE phone_end (
    phone_id uuid PRIMARY KEY REFERENCES phone ON DELETE CASCADE,
    at timestamptz NOT NULL,
    who text NOT NULL CHECK (who <> '')
);
COMMENT ON TABLE phone_end IS 'A phone that was taken out before its time was out: a lost one, or one that went home.';

CREATE TABLE pairing (
    secret_hash bytea PRIMARY KEY,
    vehicle_id text NOT NULL,
    way text NOT NULL CHECK (way IN ('code', 'sheet', 'call')),
    call_id uuid REFERENCES crew_call ON DELETE CASCADE,
    at timestamptz NOT NULL,
    until timestamptz NOT NULL CHECK (until > at),
    spent_at timestamptz,
    CHECK ((way = 'call') = (call_id IS NOT NULL))
);
CREATE INDEX pairing_by_vehicle ON pairing (vehicle_id);
CREATE INDEX pairing_by_end ON pairing (until);
COMMENT ON TABLE pairing IS 'What lets a phone in: six digits, which open once; the square code of a printed sheet; the link of a call. Of the secret only the SHA-256 is kept.';

CREATE TABLE driver_report (
    report_id uuid PRIMARY KEY,
    vehicle_id text NOT NULL,
    phone_id uuid,
    n bigint NOT NULL CHECK (n >= 0),
    kind text NOT NULL CHECK (kind IN ('accepted', 'refused', 'started', 'segment_done', 'stop_done', 'done', 'aborted',
                                       'slippery', 'more_snow', 'obstacle', 'damage', 'later', 'message', 'dark',
                                       'undo')),
    said_at timestamptz NOT NULL,
    observed_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    order_id uuid,
    segment_id text,
    room_id text,
    lon double precision CHECK (lon BETWEEN -180 AND 180),
    lat double precision CHECK (lat BETWEEN -90 AND 90),
    heading double precision CHECK (heading BETWEEN 0 AND 360),
    about uuid,
    content jsonb NOT NULL,
    became text NOT NULL CHECK (became IN ('step', 'known', 'observation', 'kept', 'undone', 'conflict')),
    became_n integer,
    became_id uuid,
    problem text NOT NULL DEFAULT ''
);
CREATE INDEX driver_report_by_time ON driver_report (received_at);
CREATE INDEX driver_report_by_phone ON driver_report (phone_id, n);
CREATE INDEX driver_report_by_about ON driver_report (about);
CREATE INDEX driver_report_by_order ON driver_report (order_id, segment_id, observed_at, n);
COMMENT ON TABLE driver_report IS 'What a driver tapped, once each, by the number that the phone gave it. Of vehicles, never of persons.';
COMMENT ON COLUMN driver_report.n IS 'Its place among the reports of its phone.';
COMMENT ON COLUMN driver_report.said_at IS 'By the clock of the phone, which may be wrong.';
COMMENT ON COLUMN driver_report.observed_at IS 'By our clock: when it came, less how long the phone had kept it by its own clock.';
COMMENT ON COLUMN driver_report.about IS 'The report that this one takes back, or says more of.';
COMMENT ON COLUMN driver_report.content IS 'As it was sent: the same number with other contents is refused.';
COMMENT ON COLUMN driver_report.became IS 'A step of its order (became_n), an observation (became_id), nothing new, only kept, another taken back, or kept because it could not be (problem).';
CREATE TRIGGER driver_report_is_history BEFORE UPDATE ON driver_report
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE report_answer (
    report_id uuid NOT NULL REFERENCES driver_report ON DELETE CASCADE,
    at timestamptz NOT NULL,
    who text NOT NULL CHECK (who <> ''),
    text text NOT NULL,
    PRIMARY KEY (report_id, at)
);
COMMENT ON TABLE report_answer IS 'Somebody at the depot has seen a report, and what they said to it.';

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

CREATE TABLE report_photo (
    report_id uuid PRIMARY KEY REFERENCES driver_report ON DELETE CASCADE,
    jpeg bytea NOT NULL CHECK (octet_length(jpeg) BETWEEN 100 AND 3000000),
    received_at timestamptz NOT NULL
);
COMMENT ON TABLE report_photo IS 'The photograph that goes with a report, made small on the phone. Kept for store.positions_days.';
CREATE TRIGGER report_photo_is_history BEFORE UPDATE ON report_photo
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
