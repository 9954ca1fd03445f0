"""What the runtime's tests share: a topic and an aggregate that belong to no service."""
