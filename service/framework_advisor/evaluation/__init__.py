"""How well the advisor would have answered real projects, on the day of their decision.

Cases are published decisions; an answer rests on what was known on the day of the decision and on
no measurement. Everything here is computed anew from knowledge and rules; nothing is stored.
"""

from framework_advisor.evaluation.evaluate import Evaluation, evaluate

__all__ = ["Evaluation", "evaluate"]
