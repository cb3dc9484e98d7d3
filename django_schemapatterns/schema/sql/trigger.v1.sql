CREATE OR REPLACE TRIGGER {{trigger}}
    {{when}} {{operation}} ON {{table}} {{referencing}}
    FOR EACH {{level}} EXECUTE FUNCTION {{function}}();

COMMENT ON TRIGGER {{trigger}} ON {{table}} IS '{{hash}}';
