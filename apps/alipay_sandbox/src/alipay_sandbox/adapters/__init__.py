"""RSA keys, MongoDB and the sending of notices."""
