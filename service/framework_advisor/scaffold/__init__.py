"""A small project to start from: the recommended stack as code that runs.

``project_for`` makes it, ``write`` puts it into a folder, ``zipped`` into one file.
"""

from framework_advisor.scaffold.project import Project, project_for
from framework_advisor.scaffold.writing import write, zipped

__all__ = ["Project", "project_for", "write", "zipped"]
