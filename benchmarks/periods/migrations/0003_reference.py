from django.db import migrations

# With the three mistakes of its usual form put right: one reading of the clock, after the lock that the UPDATE
# has taken, and strictly later than the last one.
CREATE = """
CREATE FUNCTION close_and_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    started timestamptz;
    at timestamptz := clock_timestamp();
BEGIN
    SELECT effective_from INTO started FROM prices_rangeprice WHERE product_id = NEW.id
        AND tstzrange(effective_from, effective_to, '[)') @> at;
    at := greatest(at, started + interval '1 microsecond');
    UPDATE prices_rangeprice SET effective_to = at WHERE product_id = NEW.id
        AND tstzrange(effective_from, effective_to, '[)') @> at;
    INSERT INTO prices_rangeprice (product_id, price, effective_from) VALUES (NEW.id, NEW.price, at);
    RETURN NULL;
END $$;
CREATE TRIGGER close_and_open AFTER UPDATE OF price ON prices_rangeproduct
    FOR EACH ROW WHEN (OLD.price IS DISTINCT FROM NEW.price) EXECUTE FUNCTION close_and_open();
"""


class Migration(migrations.Migration):
    dependencies = [("prices", "0002_tables")]
    operations = [migrations.RunSQL(CREATE)]
