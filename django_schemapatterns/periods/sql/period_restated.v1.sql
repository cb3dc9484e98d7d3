
    IF TG_OP = 'UPDATE' AND OLD.superseded_at IS NULL AND ({{restated}}) THEN
        NEW.recorded_at := greatest(clock_timestamp(), OLD.recorded_at + interval '1 microsecond');{{forgets}}
    END IF;
