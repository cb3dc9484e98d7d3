WITH batch AS MATERIALIZED (
    SELECT owner.* FROM {{table}} AS owner {{after}} ORDER BY owner.{{key}} {{limit}} FOR SHARE
), seeded AS (
    INSERT INTO {{history}} ({{owner}}, {{columns}}, effective_from, recorded_at)
    SELECT owner.{{key}}, {{values}}, moment.start, moment.start
    FROM batch AS owner
    LEFT JOIN LATERAL (
{{last}}
    ) AS last ON true
    CROSS JOIN LATERAL (
        SELECT greatest(clock_timestamp(), last.effective_from + interval '1 microsecond') AS start
    ) AS moment
    WHERE NOT ({{gone}})
      AND (last.effective_from IS NULL OR last.ended
           -- What was scheduled and has come may still be waiting for its owner to follow.
           OR NOT last.pending AND ({{differs}}))
)
SELECT owner.{{key}} FROM batch AS owner ORDER BY owner.{{key}} DESC LIMIT 1
