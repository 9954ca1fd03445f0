"""The platform's one HTTP surface: what is served, to whom, in which shape; it keeps no data and consumes no topic."""
