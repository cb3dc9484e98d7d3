-- Rows have changed: let versions start, but where the one in force says the same.
CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT {{planner}}
AS {{quotes}}
#variable_conflict use_variable
DECLARE
    period_clock timestamptz := clock_timestamp();{{declared}}
BEGIN
    WITH changed AS MATERIALIZED (
        SELECT owner.{{key}} AS "#owner", {{named_values}}, {{gone}} AS "#gone", last.effective_from AS "#last",
               greatest(period_clock, last.effective_from + interval '1 microsecond') AS "#start"
        FROM (
            -- A full join can be no nested loop, and OFFSET keeps it one.
            SELECT {{needed}}, {{changed}} AS "#changed"
            FROM old_rows AS was FULL JOIN new_rows AS owner ON was.{{key}} = owner.{{key}} OFFSET 0
        ) AS owner
        LEFT JOIN LATERAL (
{{last}}
        ) AS last ON true
        WHERE owner.{{key}} IS NOT NULL AND owner."#changed"
          AND (({{gone}}) <> coalesce(last.ended, true) OR NOT ({{gone}}) AND ({{differs}}))
          -- A row that follows what was in force when its statement began does not undo what has come since.
          AND NOT coalesce(
              last.effective_from > statement_timestamp() AND last.recorded_at < last.effective_from AND (
                  SELECT {{same}} FROM {{history}} AS before
                  WHERE before.{{owner}} = owner.{{key}} AND before.effective_from <= statement_timestamp()
                  ORDER BY before.effective_from DESC LIMIT 1
              ), false
          )
    ){{cancel}}{{again}}
    INSERT INTO {{history}} ({{owner}}, {{columns}}, effective_from, recorded_at, ended{{who_columns}})
    SELECT changed."#owner", {{changed_values}}, changed."#start", changed."#start", changed."#gone"{{who}}
    FROM changed{{unless_again}};
    RETURN NULL;
END
{{quotes}};
