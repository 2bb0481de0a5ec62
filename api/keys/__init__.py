"""The target's keyboard, for any number of people at once."""
