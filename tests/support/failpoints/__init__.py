"""Failpoints: processes of the platform that end with kill -9's suddenness at one named place of their code.

`places` names every place, `hooks` puts a check behind each when a service is imported, `launcher` runs a service with them,
`world` starts the services again after each crash, and the stories drive the platform past all places.
"""
