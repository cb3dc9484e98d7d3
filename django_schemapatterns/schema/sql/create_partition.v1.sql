-- Make one range partition of a table and attach it; rows that wait for it in the default partition move into it.
-- Returns how many moved, NULL when a partition with these bounds is there already.
-- `name` is unquoted, in the schema of the table; `low` and `high` are texts that the key's type can read, in UTC.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.create_partition(parent regclass, name text, low text, high text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO' SET row_security = off
AS $function$
DECLARE
    scheme record;
    bounds text;
    inside text;
    target text;
    grantee text;
    part regclass;
    model regclass;
    moved bigint := 0;
    found text;
    waiting boolean := false;
    was_waiting boolean;
    is_due boolean;
BEGIN
    SELECT partstrat, partnatts, nullif(partdefid, 0)::regclass AS fallback, quote_ident(attname) AS key, attnotnull,
           format_type(atttypid, atttypmod) AS key_type, nspname, pg_get_userbyid(relowner) AS owner
    INTO scheme
    FROM pg_partitioned_table
    JOIN pg_class ON pg_class.oid = partrelid
    JOIN pg_namespace ON pg_namespace.oid = relnamespace
    LEFT JOIN pg_attribute ON attrelid = partrelid AND attnum = partattrs[0]
    WHERE partrelid = parent;
    IF scheme.partstrat IS DISTINCT FROM 'r' OR scheme.partnatts <> 1 OR scheme.key IS NULL THEN
        RAISE EXCEPTION '% is not partitioned by the range of one column.', parent USING ERRCODE = 'wrong_object_type';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('schemapatterns.partitions', parent::oid::bigint));

    EXECUTE format('SELECT format(''FROM (%%L) TO (%%L)'', CAST(%L AS %s), CAST(%L AS %s))', low, scheme.key_type, high, scheme.key_type)
    INTO bounds;
    IF EXISTS (
        SELECT FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = parent AND pg_get_expr(relpartbound, inhrelid) = 'FOR VALUES ' || bounds
    ) THEN
        RETURN NULL;
    END IF;
    target := format('%I.%I', scheme.nspname, name);
    IF to_regclass(target) IS NOT NULL THEN
        RAISE EXCEPTION 'The name % is taken: the partition of % % can not be made.', target, parent, bounds
            USING ERRCODE = 'duplicate_table',
                  HINT = 'Rename or drop that table, or attach it if it holds these rows; then run it again.';
    END IF;
    inside := format('%s >= %L AND %s < %L', scheme.key, low, scheme.key, high);

    IF scheme.fallback IS NULL THEN
        EXECUTE format('LOCK TABLE ONLY %s IN SHARE UPDATE EXCLUSIVE MODE', parent);
    ELSE
        -- Who has chosen the default partition already, and waits for it, would miss the rows that move or be refused with
        -- its own. So others wait for the table itself: readers and writers where rows move, writers where they come.
        is_due := clock_timestamp() >= CASE scheme.key_type
            WHEN 'uuid' THEN to_timestamp(('x' || left(replace(low, '-', ''), 12))::bit(48)::bigint / 1000.0)
            ELSE low::timestamptz
        END;
        found := format('SELECT EXISTS (SELECT FROM %s WHERE %s)', scheme.fallback, inside);
        EXECUTE found INTO waiting;
        LOOP
            BEGIN
                EXECUTE format(
                    'LOCK TABLE ONLY %s IN %s MODE', parent,
                    CASE WHEN waiting THEN 'ACCESS' WHEN is_due THEN 'SHARE ROW' ELSE 'SHARE UPDATE' END || ' EXCLUSIVE'
                );
                EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', scheme.fallback);
                was_waiting := waiting;
                EXECUTE found INTO waiting;
                EXIT WHEN was_waiting OR NOT waiting;
                RAISE EXCEPTION 'Rows have come meanwhile.' USING ERRCODE = 'SP001';
            EXCEPTION WHEN SQLSTATE 'SP001' THEN
                -- With the block its locks are gone, and are taken anew.
                waiting := true;
            END;
        END LOOP;
    END IF;

    -- The newest of its sisters that is partitioned in turn.
    SELECT inhrelid INTO model FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = parent AND relkind = 'p' ORDER BY inhrelid DESC LIMIT 1;
    EXECUTE format(
        'CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING IDENTITY EXCLUDING INDEXES EXCLUDING STATISTICS, '
        'CONSTRAINT partition_bounds CHECK (%s IS NOT NULL AND %s)) %s',
        target, parent, scheme.key, inside, 'PARTITION BY ' || pg_get_partkeydef(model)
    );
    IF model IS NOT NULL THEN
        PERFORM schemapatterns.copy_subpartitions(model, target::regclass);
    END IF;
    IF scheme.owner <> current_user THEN
        EXECUTE format('ALTER TABLE %s OWNER TO %I', target, scheme.owner);
    END IF;
    -- Rights are those of the table, whatever ALTER DEFAULT PRIVILEGES gives to new ones.
    FOR grantee, part IN
        SELECT DISTINCT CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE acl.grantee::regrole::text END, pg_class.oid::regclass
        FROM pg_class CROSS JOIN LATERAL aclexplode(relacl) AS acl
        WHERE acl.grantee <> relowner
          AND pg_class.oid IN (SELECT target::regclass UNION SELECT relid FROM pg_partition_tree(target::regclass))
    LOOP
        EXECUTE format('REVOKE ALL ON TABLE %s FROM %s', part, grantee);
    END LOOP;
    IF waiting THEN
        moved := schemapatterns.move_to_partition(parent, scheme.fallback, target::regclass, inside);
    END IF;
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES %s', parent, target, bounds);
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT partition_bounds', target);
    EXECUTE format('COMMENT ON TABLE %s IS %L', target, 'django-schemapatterns: partition');
    PERFORM schemapatterns.copy_statement_triggers(parent);
    RETURN moved;
END
$function$;
