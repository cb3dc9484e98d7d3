        -- What was written when its moment had come is in force, even if the clock was put back since.
        SELECT version.* FROM {{history}} AS version
        WHERE version.{{owner}} = owner.{{key}}
          AND (version.effective_from <= {{clock}} OR version.recorded_at >= version.effective_from)
        ORDER BY version.effective_from DESC LIMIT 1
