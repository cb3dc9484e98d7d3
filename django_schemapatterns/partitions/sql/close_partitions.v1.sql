DO {{quotes}}
DECLARE
    partition regclass;
    owner text;
    grantee text;
BEGIN
    -- Who owns the table maintains its partitions, whoever has made them.
    FOR partition, owner IN
        SELECT tree.relid, pg_catalog.pg_get_userbyid(whole.relowner)
        FROM pg_catalog.pg_partition_tree({{table}}::pg_catalog.regclass) AS tree
        JOIN pg_catalog.pg_class AS part ON part.oid = tree.relid
        JOIN pg_catalog.pg_class AS whole ON whole.oid = {{table}}::pg_catalog.regclass
        WHERE part.relowner <> whole.relowner
    LOOP
        EXECUTE pg_catalog.format('ALTER TABLE %s OWNER TO %I', partition, owner);
    END LOOP;
    -- A right on a partition passes by the policies of its table; ALTER DEFAULT PRIVILEGES may have given some.
    FOR partition, grantee IN
        SELECT DISTINCT tree.relid, CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE acl.grantee::pg_catalog.regrole::text END
        FROM pg_catalog.pg_partition_tree({{table}}::pg_catalog.regclass) AS tree
        JOIN pg_catalog.pg_class ON pg_class.oid = tree.relid
        CROSS JOIN LATERAL pg_catalog.aclexplode(pg_class.relacl) AS acl
        WHERE tree.level > 0 AND acl.grantee <> pg_class.relowner
    LOOP
        EXECUTE pg_catalog.format('REVOKE ALL ON TABLE %s FROM %s', partition, grantee);
    END LOOP;
END {{quotes}}
