"""Tests of sign-in, accounts, roles and codes."""
