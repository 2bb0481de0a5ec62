"""What runs inside the board while it is measured; all times are its CLOCK_MONOTONIC."""
