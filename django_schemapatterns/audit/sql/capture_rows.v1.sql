
        -- A column that is gone from the table is NULL, until a migration renews this function.
        SELECT found.*
        FROM (SELECT {{missing}}) AS missing, LATERAL (
            SELECT {{record_id}} AS record_id,
                   {{record_label}} AS record_label,
                   '{{operation}}' AS operation,
                   {{row}} AS changes
            FROM {{rows}} AS "#row"
            WHERE {{condition}}
        ) AS found
