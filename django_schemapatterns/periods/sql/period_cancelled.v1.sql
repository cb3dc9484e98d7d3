, cancelled AS (
        DELETE FROM {{history}} AS version USING changed
        WHERE changed."#gone" AND version.{{owner}} = changed."#owner"
          AND version.effective_from > period_clock AND version.recorded_at < version.effective_from
    )
