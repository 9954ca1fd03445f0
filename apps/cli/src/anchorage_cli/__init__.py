"""The operator's commands. They may read every database and stream, and write nothing but what they say."""
