-- The words of some texts, each text with the weight (A to D) at its place in `weights`, by each of the configurations.
-- SELECT schemapatterns.search_vector(ARRAY['english'::regconfig], 'AD', 'title', 'a long text');
-- A tsvector holds at most 1 MB: of texts with more words than that, the beginnings are taken.
-- Generated columns keep what they got: a change of what this returns is a function of another name.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.search_vector(configs regconfig[], weights text, VARIADIC texts text[])
RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    room integer := 1000000;
    config regconfig;
    words tsvector;
BEGIN
    LOOP
        BEGIN
            words := '';
            FOREACH config IN ARRAY configs LOOP
                FOR place IN 1 .. cardinality(texts) LOOP
                    words := words || setweight(
                        to_tsvector(config, coalesce(left(texts[place], room), '')),
                        substr(weights, place, 1)::"char"
                    );
                END LOOP;
            END LOOP;
            RETURN words;
        EXCEPTION WHEN program_limit_exceeded THEN
            room := room / 2;
        END;
    END LOOP;
END $function$;
