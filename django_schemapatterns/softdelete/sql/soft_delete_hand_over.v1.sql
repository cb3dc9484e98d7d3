
        -- Another parent is deleted still: from now on the row comes back with that one. If that one is being restored
        -- just now, the lock waits, so that one of the two restores sees the other and brings the row back.
        PERFORM FROM {{marked}} AS dependant, {{tables}}
        WHERE {{of_parent}} AND dependant.deletion_id = OLD.deletion_id
          AND {{condition}} AND other.deleted_at IS NOT NULL AND other.deletion_id <> dependant.deletion_id
        FOR SHARE OF other;
        IF FOUND THEN
            UPDATE {{marked}} AS dependant SET deletion_id = other.deletion_id
            FROM {{tables}}
            WHERE {{of_parent}} AND dependant.deletion_id = OLD.deletion_id
              AND {{condition}} AND other.deleted_at IS NOT NULL AND other.deletion_id <> dependant.deletion_id;
        END IF;
