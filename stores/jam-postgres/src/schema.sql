CREATE TABLE IF NOT EXISTS jam_schema (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    version integer NOT NULL
);
CREATE TABLE IF NOT EXISTS jam_sessions (
    id bytea PRIMARY KEY,
    owner bytea NOT NULL,
    lineage bytea,
    version bigint NOT NULL,
    auth_time bigint NOT NULL,
    last_seen bigint NOT NULL,
    expires_at bigint NOT NULL,
    idle bigint NOT NULL,
    data bytea NOT NULL,
    end_day bigint GENERATED ALWAYS AS (least(expires_at, last_seen + idle) / 86400) STORED
) WITH (fillfactor = 90);
CREATE INDEX IF NOT EXISTS jam_sessions_owner ON jam_sessions (sha256(owner), id);
CREATE INDEX IF NOT EXISTS jam_sessions_lineage ON jam_sessions (lineage) WHERE lineage <> id;
CREATE INDEX IF NOT EXISTS jam_sessions_end ON jam_sessions (end_day);
CREATE TABLE IF NOT EXISTS jam_values (
    key bytea PRIMARY KEY,
    bytes bytea NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX IF NOT EXISTS jam_values_end ON jam_values (expires_at);
INSERT INTO jam_schema (version) VALUES (1) ON CONFLICT DO NOTHING;
