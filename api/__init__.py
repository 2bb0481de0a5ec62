"""api owns the browser: the target's screen, who may see it, and what they ask for."""
