-- The trace that a waiting command belongs to, as W3C traceparent writes it (55 characters); empty where there is none.
-- Runs on H2 and PostgreSQL alike.
ALTER TABLE outbox ADD COLUMN traceparent VARCHAR(64) DEFAULT '' NOT NULL;
