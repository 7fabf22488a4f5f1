"""One believable school, the same for everybody: only the days depend on when it is loaded."""
