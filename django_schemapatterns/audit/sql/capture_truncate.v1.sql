
        -- Emptied was the table, or the one partition that bears a copy of the trigger: then the line names it.
        SELECT NULL::text AS record_id,
               CASE WHEN TG_NAME LIKE 'partition\_%' THEN TG_TABLE_NAME::text END AS record_label,
               'T' AS operation,
               NULL::json AS changes
