"""Classes, pupils, guardians and teachers, and the lists they are imported from."""
