"""Probe runs on this host: what may be asked, one at a time, supervised, always reaped."""

from framework_advisor.runs.execution import Execution
from framework_advisor.runs.lock import HostLock
from framework_advisor.runs.queue import RunQueue
from framework_advisor.runs.request import ProbeRunRequest, parse_request

__all__ = ["Execution", "HostLock", "ProbeRunRequest", "RunQueue", "parse_request"]
