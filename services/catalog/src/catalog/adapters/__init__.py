"""The catalog's ports on MongoDB, its change stream and Kafka."""
