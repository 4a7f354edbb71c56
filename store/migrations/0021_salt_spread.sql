-- How much was spread on a street, so that a plan knows how long salt lasts there.

ALTER TABLE treatment ADD COLUMN g_m2 double precision CHECK (g_m2 >= 0);
COMMENT ON COLUMN treatment.g_m2 IS 'What was spread, of salt as dry salt [g/m²]; null where nothing was or nobody knows.';
