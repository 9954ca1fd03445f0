"""What the sandbox does: checks calls, keeps trades, delivers notices."""
