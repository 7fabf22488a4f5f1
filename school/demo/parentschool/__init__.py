"""The demo's parent school: a plan, a mentor corps, sessions of the last months with who came, and home visits."""
