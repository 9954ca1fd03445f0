"""What the runtime's tests share: a stream and an aggregate of their own, that no shop knows."""
