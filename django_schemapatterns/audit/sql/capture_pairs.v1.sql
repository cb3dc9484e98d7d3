
        -- A column that is gone from the table is NULL, until a migration renews this function.
        SELECT found.record_id, found.record_label, found.operation, found.changes::json
        FROM (SELECT {{missing}}) AS missing, LATERAL (
            SELECT {{record_id}} AS record_id,
                   {{record_label}} AS record_label,
                   CASE WHEN o.{{there}} AND n.{{there}} THEN 'U' WHEN n.{{there}} THEN 'I' ELSE 'D' END AS operation,
                   CASE
                       WHEN o.{{there}} AND n.{{there}} THEN {{differences}}
                       WHEN n.{{there}} THEN ({{new_row}})::text
                       ELSE ({{old_row}})::text
                   END AS changes
            -- FULL: a row whose primary key changes ends one record and starts another, and no plan that was
            -- made for one row can be a nested loop over ten thousand.
            FROM (SELECT true AS {{there}}, {{condition}} AS {{matches}}, {{columns}} FROM old_rows AS "#row") AS o
            FULL JOIN (SELECT true AS {{there}}, {{condition}} AS {{matches}}, {{columns}} FROM new_rows AS "#row") AS n
                ON {{same_key}}
            WHERE o.{{matches}} OR n.{{matches}}
            OFFSET 0
        ) AS found
        WHERE found.changes <> '{}'
        ORDER BY found.record_id -- neighbours in the index of records: its pages stay full
