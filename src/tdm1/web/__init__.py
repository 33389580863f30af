"""Floor 9: the web server: the API, the clinic's hooks, and the three doors.

from tdm1.web.app import app
from tdm1.web.settings import ServerSettings

asgi = app(ServerSettings())
"""
