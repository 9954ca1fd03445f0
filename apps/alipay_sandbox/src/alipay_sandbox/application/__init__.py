"""What the sandbox does: verifies calls, changes trades, delivers notices."""
