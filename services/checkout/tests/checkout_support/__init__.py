"""What checkout's tests share."""
