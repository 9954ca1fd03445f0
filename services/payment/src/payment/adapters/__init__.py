"""MongoDB and Alipay behind the ports."""
