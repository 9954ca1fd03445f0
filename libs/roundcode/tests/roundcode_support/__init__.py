"""Pictures of codes for the tests."""
