        UPDATE {{history}} AS version SET pending = false
        FROM new_rows AS owner
        CROSS JOIN LATERAL (
            SELECT before.effective_from FROM {{history}} AS before
            WHERE before.{{owner}} = owner.{{key}} AND before.ended = ({{gone}}) AND {{same}}
              AND (before.effective_from <= period_clock OR NOT before.pending){{standing_before}}
            ORDER BY before.effective_from DESC LIMIT 1
        ) AS followed
        WHERE version.{{owner}} = owner.{{key}} AND version.pending
          AND version.effective_from <= followed.effective_from;
