"""MongoDB, Kafka, addresses of strangers, and the folder in which files are read."""
