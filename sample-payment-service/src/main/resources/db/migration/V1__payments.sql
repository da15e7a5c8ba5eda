-- Runs on H2 and PostgreSQL alike.
CREATE TABLE payment (
  payment_id   VARCHAR(64) PRIMARY KEY,
  state        VARCHAR(16) NOT NULL,
  amount_minor BIGINT      NOT NULL CHECK (amount_minor > 0),
  currency     VARCHAR(3)  NOT NULL,
  card_token   VARCHAR(64) NOT NULL,
  updated_at   TIMESTAMP WITH TIME ZONE NOT NULL
);

-- One row per answered command: its primary key is what keeps a command from being carried out twice.
CREATE TABLE settled_command (
  command_id   VARCHAR(64)  PRIMARY KEY,
  payment_id   VARCHAR(64)  NOT NULL,
  content      VARCHAR(250) NOT NULL,
  event        VARCHAR(24)  NOT NULL,
  reason       VARCHAR(24),
  detail       VARCHAR(400),
  amount_minor BIGINT,
  currency     VARCHAR(3),
  decided_at   TIMESTAMP WITH TIME ZONE NOT NULL
);
