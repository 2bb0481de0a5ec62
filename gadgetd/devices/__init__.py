"""One kernel interface per file: each turns errno into our words and decides nothing."""
