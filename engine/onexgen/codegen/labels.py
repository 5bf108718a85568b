"""Labels of the specification; rules of one's own may add others."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class OpenEnum(StrEnum):
    """Labels as text: what a user's own rules call otherwise becomes a further member."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str) or not value:
            return None
        member = str.__new__(cls, value)
        member._name_ = value.upper()
        member._value_ = value
        return member


class EnumNodeType(OpenEnum):
    """Kinds of nodes."""

    EFFECT = "effect"
    COMPUTE = "compute"
    REDUCER = "reducer"
    ORCHESTRATOR = "orchestrator"


class EnumFailureCategory(OpenEnum):
    """Kinds of root causes of failed tests."""

    IMPORT_ERROR = "import_error"
    TYPE_ERROR = "type_error"
    RUNTIME_ERROR = "runtime_error"
    ASSERTION_ERROR = "assertion_error"
    CONFIGURATION_ERROR = "configuration_error"
    INFRASTRUCTURE_ERROR = "infrastructure_error"
    TIMEOUT_ERROR = "timeout_error"
    FLAKY = "flaky"


class EnumFailureSeverity(OpenEnum):
    """How bad failures are."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


class EnumTemplateVariant(OpenEnum):
    """What stands out about the work of a node."""

    STANDARD = "standard"
    DATABASE_HEAVY = "database_heavy"
    API_HEAVY = "api_heavy"
    KAFKA_HEAVY = "kafka_heavy"
    ML_INFERENCE = "ml_inference"
    ANALYTICS = "analytics"
