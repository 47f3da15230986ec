"""The pages of the room: the desk's for staff, the public ones for everybody."""
