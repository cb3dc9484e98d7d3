           -- It says what it followed before that one came, or what was in force when its statement began.
           SELECT FROM {{history}} AS before
           WHERE before.{{owner}} = owner.{{key}} AND {{same}}{{standing_before}} AND before.effective_from IN (
               (SELECT max(version.effective_from) FROM {{history}} AS version
                WHERE version.{{owner}} = owner.{{key}} AND NOT version.pending{{standing}}),
               (SELECT max(version.effective_from) FROM {{history}} AS version
                WHERE version.{{owner}} = owner.{{key}} AND version.effective_from <= statement_timestamp(){{standing}})
           )
