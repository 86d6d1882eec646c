from django.db import migrations

# The application's role gets no right on the schema, so nothing granted on the tables of "public" reaches it.
STORE = """
CREATE SCHEMA search_store;
REVOKE ALL ON SCHEMA search_store FROM PUBLIC;
CREATE TABLE search_store.document (
    kind text NOT NULL,
    object_id bigint NOT NULL,
    tenant_id bigint NOT NULL,
    text text NOT NULL,
    grams text[] NOT NULL,
    PRIMARY KEY (kind, object_id)
);
CREATE INDEX document_grams ON search_store.document USING gin (grams) WITH (gin_pending_list_limit = 1024);
-- A township's few documents: met with the grams' bitmap, or read alone when the words are common.
CREATE INDEX document_tenant ON search_store.document (tenant_id, kind);
GRANT USAGE ON SCHEMA search_store TO renda_backup;
GRANT SELECT ON search_store.document TO renda_backup;
"""

# A row may be added for any tenant (a case travels); a row of a tenant outside the scope is not taken over.
PUT = """
CREATE FUNCTION search_put(kinds text[], ids bigint[], tenants bigint[], texts text[], gram_lists text[])
RETURNS bigint LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, search_store, pg_temp AS $$
    WITH put AS (
        INSERT INTO search_store.document AS d (kind, object_id, tenant_id, text, grams)
        SELECT kind, id, tenant, content, string_to_array(gram_list, ' ')
        FROM unnest(kinds, ids, tenants, texts, gram_lists) AS given (kind, id, tenant, content, gram_list)
        ON CONFLICT (kind, object_id) DO UPDATE
        SET tenant_id = excluded.tenant_id, text = excluded.text, grams = excluded.grams
        WHERE d.tenant_id = excluded.tenant_id
           OR d.tenant_id = ANY (nullif(current_setting('renda.tenants', true), '')::bigint[])
        RETURNING 1
    )
    SELECT count(*) FROM put
$$;
"""

DROP = """
CREATE FUNCTION search_drop(kinds text[], ids bigint[])
RETURNS bigint LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, search_store, pg_temp AS $$
    WITH gone AS (
        DELETE FROM search_store.document d
        USING unnest(kinds, ids) AS given (kind, id)
        WHERE d.kind = given.kind AND d.object_id = given.id
          AND d.tenant_id = ANY (nullif(current_setting('renda.tenants', true), '')::bigint[])
        RETURNING 1
    )
    SELECT count(*) FROM gone
$$;
"""

# EXECUTE plans with the words at hand: a common word walks the newest rows, a rare one the gram index.
FIND = """
CREATE FUNCTION search_ids(wanted_kind text, needed_grams text[], patterns text[], most integer, before bigint)
RETURNS SETOF bigint LANGUAGE plpgsql STABLE ROWS 200 SECURITY DEFINER SET search_path = pg_catalog, search_store, pg_temp AS $$
DECLARE
    scope bigint[] := nullif(current_setting('renda.tenants', true), '')::bigint[];
BEGIN
    IF scope IS NULL OR cardinality(needed_grams) = 0 THEN
        RETURN;
    END IF;
    RETURN QUERY EXECUTE
        'SELECT d.object_id FROM search_store.document d
         WHERE d.kind = $1 AND d.grams @> $2 AND d.text LIKE ALL ($3) AND d.tenant_id = ANY ($4)
           AND d.object_id < $5
         ORDER BY d.object_id DESC LIMIT $6'
        USING wanted_kind, needed_grams, patterns, scope, coalesce(before, 9223372036854775807), most;
END
$$;
"""

GRANTS = """
REVOKE ALL ON FUNCTION search_put, search_drop, search_ids FROM PUBLIC;
GRANT EXECUTE ON FUNCTION search_put, search_drop, search_ids TO renda_app;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("kernel_tenancy", "0001_initial")]

    operations = [
        migrations.RunSQL(STORE, "DROP SCHEMA search_store CASCADE"),
        migrations.RunSQL(PUT, "DROP FUNCTION search_put"),
        migrations.RunSQL(DROP, "DROP FUNCTION search_drop"),
        migrations.RunSQL(FIND, "DROP FUNCTION search_ids"),
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
    ]
