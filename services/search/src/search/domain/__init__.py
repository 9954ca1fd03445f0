"""What is searched, what is asked, and by which rule results are put in order: no input or output here."""
