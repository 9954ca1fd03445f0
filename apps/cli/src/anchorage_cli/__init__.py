"""The operator's commands. They may read every database and stream, and write only what their help says."""
