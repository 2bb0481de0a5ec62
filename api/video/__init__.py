"""The target's screen: from a capture device to one JPEG that every viewer shares."""
