"""Who may use the board: one password, sessions, and the gate that everything passes."""
