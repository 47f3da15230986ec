from django.db import migrations

# A place repeats what is asked of its contact when people are counted. Whoever changes a contact, and whatever room
# they belong to, need not know of that: the database sees to it. The lock keeps a contact that is being changed by
# somebody else from being copied as it was.
FORWARD = """
CREATE FUNCTION subscriptions_place_knows_its_contact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT c.channel, c.language, c.state = 'active' AND c.reach = 'public'
    INTO NEW.channel, NEW.language, NEW.is_reachable
    FROM messaging_contact c WHERE c.id = NEW.contact_id FOR SHARE;
    RETURN NEW;
END $$;

CREATE TRIGGER place_knows_its_contact BEFORE INSERT ON subscriptions_place
FOR EACH ROW EXECUTE FUNCTION subscriptions_place_knows_its_contact();

CREATE FUNCTION subscriptions_contact_tells_its_places() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE subscriptions_place SET
        channel = NEW.channel, language = NEW.language,
        is_reachable = NEW.state = 'active' AND NEW.reach = 'public'
    WHERE contact_id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER contact_tells_its_places AFTER UPDATE OF channel, language, state, reach ON messaging_contact
FOR EACH ROW WHEN ((OLD.channel, OLD.language, OLD.state, OLD.reach)
    IS DISTINCT FROM (NEW.channel, NEW.language, NEW.state, NEW.reach))
EXECUTE FUNCTION subscriptions_contact_tells_its_places();
"""
BACKWARD = """
DROP TRIGGER contact_tells_its_places ON messaging_contact;
DROP FUNCTION subscriptions_contact_tells_its_places();
DROP TRIGGER place_knows_its_contact ON subscriptions_place;
DROP FUNCTION subscriptions_place_knows_its_contact();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("subscriptions", "0001_choices"),
        ("messaging", "0004_mass_lane_guards"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
