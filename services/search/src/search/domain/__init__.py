"""What can be found, what can be asked, and how results are ordered. Pure: no input or output."""
