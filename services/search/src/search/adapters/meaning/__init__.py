"""Finding products by what they mean, beside the words that stand in them: optional, with the extra `hybrid`."""
