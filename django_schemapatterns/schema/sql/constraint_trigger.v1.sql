DROP TRIGGER IF EXISTS {{trigger}} ON {{table}};

CREATE CONSTRAINT TRIGGER {{trigger}}
    {{when}} {{operation}} ON {{table}} DEFERRABLE INITIALLY DEFERRED
    FOR EACH {{level}} {{condition}} EXECUTE FUNCTION {{function}}({{arguments}});

COMMENT ON TRIGGER {{trigger}} ON {{table}} IS '{{hash}}';
