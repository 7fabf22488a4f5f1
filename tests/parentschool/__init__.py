"""Tests of parent school and home visits."""
