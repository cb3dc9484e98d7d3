
    IF gone THEN
        DELETE FROM {{history}} AS version
        WHERE version.{{owner}} = {{row}}.{{key}} AND version.effective_from > period_clock
          AND version.recorded_at < version.effective_from;
    END IF;
