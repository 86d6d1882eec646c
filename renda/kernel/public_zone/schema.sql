-- The public zone: what the role renda_public may touch, and nothing else. Owned by renda_owner.
-- renda_app is the carrier: it takes packages away and puts copies there.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'renda_public') THEN
        RAISE EXCEPTION '缺少数据库角色 renda_public：请先运行 renda database prepare';
    END IF;
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO renda_app', current_database());
END $$;

-- PUBLIC may look up names in the schema "public" unless it is taken from it; the roles of the inner zone are named.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO renda_app, renda_backup;

CREATE SCHEMA public_zone;
REVOKE ALL ON SCHEMA public_zone FROM PUBLIC;
GRANT USAGE ON SCHEMA public_zone TO renda_public, renda_app, renda_backup;

-- Signed packages on their way in. The body is sealed to the inner zone: a stolen dump of this table tells nothing.
CREATE TABLE public_zone.inbound (
    sequence bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    key text PRIMARY KEY CHECK (length(key) BETWEEN 16 AND 100),
    kind text NOT NULL CHECK (kind ~ '^[a-z_]+(\.[a-z_]+)?$' AND length(kind) <= 40),
    made_at timestamptz NOT NULL,
    body bytea NOT NULL CHECK (octet_length(body) <= 33554432),
    signature bytea NOT NULL CHECK (octet_length(signature) = 64),
    -- The file in which it has left, where the zones stand on two machines; kept until the other side has it.
    shipment bigint
);

-- Signed copies of what is public.
CREATE TABLE public_zone.published (
    kind text NOT NULL,
    key text NOT NULL,
    version bigint NOT NULL,
    made_at timestamptz NOT NULL,
    body jsonb NOT NULL,
    terms text[] NOT NULL,
    words text NOT NULL,
    sort text NOT NULL,
    signature bytea NOT NULL,
    PRIMARY KEY (kind, key)
);
CREATE INDEX published_terms ON public_zone.published USING gin (terms) WITH (fastupdate = off);

-- Numbered files between two machines, by direction.
CREATE TABLE public_zone.shipment (
    direction text NOT NULL,
    number bigint NOT NULL,
    digest text NOT NULL DEFAULT '',
    made_at timestamptz NOT NULL,
    PRIMARY KEY (direction, number)
);

-- How often something was tried. Keys are keyed hashes; unlogged, so that counting costs no flush and is never dumped.
CREATE UNLOGGED TABLE public_zone.counter (key bytea PRIMARY KEY, since timestamptz NOT NULL, tries integer NOT NULL);

CREATE FUNCTION public_zone.brake(key bytea, at_most integer, seconds integer)
RETURNS integer LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public_zone, pg_temp AS $$
DECLARE
    span interval := make_interval(secs => seconds);
    wait integer;
BEGIN
    IF random() < 0.001 THEN
        DELETE FROM counter WHERE counter.since < now() - interval '1 day';
    END IF;
    INSERT INTO counter AS c (key, since, tries) VALUES (brake.key, now(), 1)
    ON CONFLICT ON CONSTRAINT counter_pkey DO UPDATE
        SET tries = CASE WHEN c.since < now() - span THEN 1 ELSE least(c.tries, 1000000) + 1 END,
            since = CASE WHEN c.since < now() - span THEN now() ELSE c.since END
    RETURNING CASE WHEN c.tries > at_most THEN greatest(1, ceil(extract(epoch FROM c.since + span - now())))::integer
                   ELSE 0 END
    INTO wait;
    RETURN wait;
END $$;
COMMENT ON FUNCTION public_zone.brake IS 'Counts one more try under a key; seconds to wait, 0 = go on.';

REVOKE ALL ON ALL TABLES IN SCHEMA public_zone FROM PUBLIC;
REVOKE ALL ON FUNCTION public_zone.brake FROM PUBLIC;
GRANT INSERT (key, kind, made_at, body, signature) ON public_zone.inbound TO renda_public;
GRANT SELECT ON public_zone.published TO renda_public;
GRANT EXECUTE ON FUNCTION public_zone.brake TO renda_public, renda_app;

GRANT INSERT (key, kind, made_at, body, signature), SELECT, UPDATE, DELETE ON public_zone.inbound TO renda_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON public_zone.published TO renda_app;
GRANT SELECT, INSERT ON public_zone.shipment TO renda_app;
GRANT SELECT ON ALL TABLES IN SCHEMA public_zone TO renda_backup;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA public_zone TO renda_backup;
