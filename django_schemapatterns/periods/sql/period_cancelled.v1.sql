
    DELETE FROM {{history}} AS version USING new_rows AS owner
    WHERE ({{gone}}) AND version.{{owner}} = owner.{{key}} AND version.pending AND version.effective_from > period_clock;
