-- What a statement's entries share: when, in which transaction, by whom and from where.
-- Reads the transaction's settings app.*; whatever stands in them, it never fails a write.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.audit_context(
    OUT created_at timestamptz,
    OUT transaction_id xid8,
    OUT user_id text,
    OUT user_label text,
    OUT ip_address inet,
    OUT user_agent text,
    OUT request_id uuid,
    OUT context jsonb,
    OUT db_role text,
    OUT application_name text,
    OUT client_address inet,
    OUT paused boolean
)
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    data text := schemapatterns.context_setting('app.context');
    request text := schemapatterns.context_setting('app.request_id');
BEGIN
    created_at := clock_timestamp();
    transaction_id := pg_current_xact_id();
    -- Cut to what an index can hold.
    user_id := nullif(left(schemapatterns.context_setting('app.current_user_id'), 200), '');
    -- Not current_user, which is the owner inside a SECURITY DEFINER function.
    db_role := coalesce(nullif(current_setting('role'), 'none'), session_user);
    application_name := nullif(current_setting('application_name'), '');
    client_address := inet_client_addr();
    paused := coalesce(current_setting('schemapatterns.audit_paused', true), '') <> ''
        AND schemapatterns.audit_noted('schemapatterns.audit_paused', 'P');
    IF data <> '' THEN
        BEGIN
            context := data::jsonb;
            IF jsonb_typeof(context) <> 'object' THEN
                RAISE data_exception;
            END IF;
            user_label := left(context ->> 'user_label', 200);
            user_agent := left(context ->> 'user_agent', 512);
            context := nullif(context - '{user_label,user_agent}'::text[], '{}');
        EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
            context := jsonb_build_object('unreadable', left(data, 1000));
        END;
        BEGIN
            ip_address := (context ->> 'ip_address')::inet;
            context := nullif(context - 'ip_address', '{}');
        EXCEPTION WHEN data_exception THEN
            NULL; -- what is no address stays in the context, as it came
        END;
    END IF;
    IF request <> '' THEN
        BEGIN
            request_id := request::uuid;
        EXCEPTION WHEN data_exception THEN
            context := coalesce(context, '{}') || jsonb_build_object('request_id', left(request, 200));
        END;
    END IF;
END
$function$;
