"""The launcher: one command to run KaputtKVM, one to test it, on a machine that has nothing yet."""
