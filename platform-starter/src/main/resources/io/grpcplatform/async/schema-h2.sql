-- Durable calls: what was submitted here, and what a carrier brought.
CREATE TABLE IF NOT EXISTS platform_async_call (
  id VARCHAR(80) NOT NULL PRIMARY KEY,
  method VARCHAR(255) NOT NULL,
  call_key VARCHAR(200) NOT NULL,
  own_key VARCHAR(200),
  state VARCHAR(10) NOT NULL,
  place VARCHAR(255) NOT NULL,
  request BLOB NOT NULL,
  request_type VARCHAR(255) NOT NULL,
  response_type VARCHAR(255) NOT NULL,
  response BLOB,
  error BLOB,
  trace VARCHAR(128) NOT NULL,
  attempts INTEGER NOT NULL,
  round INTEGER NOT NULL,
  submitted_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  ended_at BIGINT,
  reply_to VARCHAR(255),
  tell_at BIGINT,
  tell_attempts INTEGER NOT NULL,
  hidden BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS platform_async_call_key ON platform_async_call (method, own_key);
CREATE INDEX IF NOT EXISTS platform_async_call_due ON platform_async_call (state, due_at);
CREATE INDEX IF NOT EXISTS platform_async_call_tell ON platform_async_call (tell_at);
CREATE INDEX IF NOT EXISTS platform_async_call_ended ON platform_async_call (state, ended_at);
