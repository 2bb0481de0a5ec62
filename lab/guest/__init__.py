"""What runs inside the board: shell and plain Python, the standard library only."""
