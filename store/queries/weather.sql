-- name: save_forecast
-- Keeps an issue of a forecast; an issue that is known already gives no row.
INSERT INTO forecast (provider, lon, lat, elevation_m, issued_at, received_at, simulated, raw)
VALUES (%(provider)s, %(lon)s, %(lat)s, %(elevation_m)s, %(issued_at)s, %(received_at)s, %(simulated)s, %(raw)s)
ON CONFLICT DO NOTHING RETURNING forecast_id;

-- name: save_step
-- One step of an issue.
INSERT INTO forecast_step VALUES (%(forecast_id)s, %(valid_from)s, %(valid_to)s, %(temp_c)s, %(precip_mm_h)s,
    %(precip_min_mm_h)s, %(precip_max_mm_h)s, %(snow_fraction)s, %(precip_type)s, %(wind_m_s)s, %(humidity_pct)s,
    %(dew_point_c)s, %(cloud)s, %(pressure_hpa)s);

-- name: issues
-- The issues that were known at a time and reach into a period, newest first.
SELECT forecast_id, provider, lon, lat, issued_at, elevation_m, simulated FROM forecast f
WHERE received_at <= %(at)s AND issued_at <= %(at)s AND issued_at >= %(since)s
ORDER BY issued_at DESC, forecast_id DESC;

-- name: steps
-- The steps of one issue in order.
SELECT valid_from, valid_to, temp_c, precip_mm_h, precip_min_mm_h, precip_max_mm_h, snow_fraction, precip_type,
       wind_m_s, humidity_pct, dew_point_c, cloud, pressure_hpa
FROM forecast_step WHERE forecast_id = %(forecast_id)s ORDER BY valid_to;

-- name: issue_id
-- The number of an issue that is kept.
SELECT forecast_id FROM forecast
WHERE provider = %(provider)s AND lon = %(lon)s AND lat = %(lat)s AND issued_at = %(issued_at)s;

-- name: forget_forecast
-- Takes an issue away; its steps go with it.
DELETE FROM forecast WHERE forecast_id = %(forecast_id)s RETURNING provider;

-- name: kept_issues
-- The issues that are kept, the newest first.
SELECT forecast_id AS id, provider, lon, lat, issued_at, simulated FROM forecast
ORDER BY issued_at DESC, forecast_id DESC LIMIT %(newest)s;

-- name: cache
-- What an address said of itself when it was last asked.
SELECT etag, last_modified, expires_at FROM http_cache WHERE url = %(url)s;

-- name: save_cache
-- Remembers the validators of an answer.
INSERT INTO http_cache VALUES (%(url)s, %(etag)s, %(last_modified)s, %(expires_at)s, %(fetched_at)s)
ON CONFLICT (url) DO UPDATE SET etag = excluded.etag, last_modified = excluded.last_modified,
    expires_at = excluded.expires_at, fetched_at = excluded.fetched_at;

-- name: newest_issue
-- When the newest forecast that is known was issued, and by whom.
SELECT provider, issued_at, simulated FROM forecast WHERE issued_at <= %(at)s AND received_at <= %(at)s ORDER BY issued_at DESC LIMIT 1;
