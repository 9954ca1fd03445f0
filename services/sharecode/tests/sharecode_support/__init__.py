"""Helpers of sharecode's tests."""
