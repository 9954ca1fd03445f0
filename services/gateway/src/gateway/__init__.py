"""The platform's public HTTP API. It stores no data and consumes no topic."""
