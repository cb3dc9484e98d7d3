
        -- Another parent is deleted still: from now on the row comes back with that one.
        UPDATE {{child}} AS child SET deletion_id = parent.deletion_id
        FROM {{parent}} AS parent
        WHERE child.{{column}} = NEW.{{key}} AND child.deletion_id = OLD.deletion_id
          AND parent.{{other_key}} = child.{{other_column}} AND parent.deleted_at IS NOT NULL
          AND parent.deletion_id <> child.deletion_id;
