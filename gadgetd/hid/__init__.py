"""Keyboard and mice as the USB HID specifications describe them: numbers, reports, descriptors."""
