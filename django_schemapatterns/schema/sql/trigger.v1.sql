CREATE OR REPLACE TRIGGER {{trigger}}
    {{when}} {{operation}} ON {{table}} {{referencing}}
    FOR EACH {{level}} {{condition}} EXECUTE FUNCTION {{function}}({{arguments}});

COMMENT ON TRIGGER {{trigger}} ON {{table}} IS '{{hash}}';
