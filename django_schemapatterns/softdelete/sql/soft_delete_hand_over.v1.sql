
        -- Another parent is deleted still: from now on the row comes back with that one.
        UPDATE {{marked}} AS dependant SET deletion_id = other.deletion_id
        FROM {{tables}}
        WHERE {{of_parent}} AND dependant.deletion_id = OLD.deletion_id
          AND {{condition}} AND other.deleted_at IS NOT NULL AND other.deletion_id <> dependant.deletion_id;
