"""Helpers of identity's tests."""
