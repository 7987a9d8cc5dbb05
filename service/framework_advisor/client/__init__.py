"""The service from Python, over HTTP: the same models and errors. Needs the extra ``client``."""

from importlib.util import find_spec

from framework_advisor.errors import NotInstalled

if find_spec("httpx") is None:
    raise NotInstalled("client", "Calling the service")

from framework_advisor.client.asynchronous import AsyncAdvisorClient
from framework_advisor.client.retries import Retries
from framework_advisor.client.synchronous import AdvisorClient

__all__ = ["AdvisorClient", "AsyncAdvisorClient", "Retries"]
