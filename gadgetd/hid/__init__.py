"""The keyboard as the USB HID specifications describe it: numbers, reports, descriptors."""
