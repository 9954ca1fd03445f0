"""Taking records from Kafka: subscriptions, retries, dead letters."""
