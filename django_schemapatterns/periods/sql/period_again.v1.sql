
    -- Nobody has seen yet what this very transaction has written.
    UPDATE {{history}} AS version SET {{assignments}}, ended = {{gone}}
    FROM new_rows AS owner
    CROSS JOIN LATERAL (
{{last}}
    ) AS last
    WHERE version.{{owner}} = owner.{{key}} AND version.effective_from = last.effective_from
      AND last.effective_from >= transaction_timestamp() AND NOT last.pending
      AND (last.ended <> ({{gone}}) OR NOT ({{gone}}) AND ({{differs}}))
      AND schemapatterns.is_own_row(version.xmin);
