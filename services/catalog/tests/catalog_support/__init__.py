"""Fixtures and helpers of the catalog's tests."""
