        -- What a row has followed once is in force, even if the clock was put back since.
        SELECT version.* FROM {{history}} AS version
        WHERE version.{{owner}} = owner.{{key}} AND (version.effective_from <= {{clock}} OR NOT version.pending){{standing}}
        ORDER BY version.effective_from DESC LIMIT 1
