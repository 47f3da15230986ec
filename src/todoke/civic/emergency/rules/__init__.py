"""Pure decisions of the incident desk: no database, no network, no clock."""
