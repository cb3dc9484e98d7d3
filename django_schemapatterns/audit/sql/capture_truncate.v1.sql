
        SELECT NULL::text AS record_id, NULL::text AS record_label, 'T' AS operation, NULL::jsonb AS changes
