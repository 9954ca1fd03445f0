"""What a share code is, without I/O."""
