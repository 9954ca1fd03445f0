"""MongoDB and Alipay: they implement the ports of `application`."""
