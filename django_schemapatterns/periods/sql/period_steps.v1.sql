
    -- A version of this very transaction has not been seen by anybody: it is visible, and not committed.
    UPDATE {{history}} AS version SET {{assignments}}, ended = gone
    WHERE version.{{owner}} = NEW.{{key}} AND version.effective_from = last.effective_from
      AND version.effective_from >= transaction_timestamp() AND version.recorded_at >= version.effective_from
      AND schemapatterns.is_own_row(version.xmin);
    IF FOUND THEN
        RETURN NULL;
    END IF;
