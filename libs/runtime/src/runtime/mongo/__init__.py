"""MongoDB: the client, bulk writes, change streams, leases."""
