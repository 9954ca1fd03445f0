"""Sharing, scanning, drawing, and the owners' side."""
