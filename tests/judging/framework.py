"""What nearly all checks of the judge import: loaded once, before their processes are forked."""

import omnibase_core.models.contracts.model_yaml_contract
import omnibase_core.nodes
import omnibase_core.normalization.contract_validator
import omnibase_core.validation
import omnibase_core.validators  # noqa: F401 - imported for what stays in memory
