"""The gadget as the USB specifications and the kernel's configfs describe it; nothing is opened."""
