"""What search does: answer the column, a store, a viewer who types; follow the streams."""
