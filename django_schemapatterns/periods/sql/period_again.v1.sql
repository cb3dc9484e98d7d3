, again AS (
        -- Nobody has seen yet what this very transaction has written.
        UPDATE {{history}} AS version SET {{assignments}}, ended = changed."#gone"
        FROM changed
        WHERE version.{{owner}} = changed."#owner" AND version.effective_from = changed."#last"
          AND version.effective_from >= transaction_timestamp() AND version.recorded_at >= version.effective_from
          AND schemapatterns.is_own_row(version.xmin)
        RETURNING version.{{owner}} AS "#owner"
    )
