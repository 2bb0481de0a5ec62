"""gadgetd owns the cable: the composite USB gadget, its keyboard and its drive."""
