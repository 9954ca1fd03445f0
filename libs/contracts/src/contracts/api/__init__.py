"""JSON shapes of the gateway's calls, shared by the gateway, which publishes them, and the services that answer.

Requests forbid unknown fields; answers are built from these models, so that nothing leaves by accident.
"""
