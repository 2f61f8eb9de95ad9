"""All tables: who imports this has every model in `Base.metadata`."""

from bot.db import (  # noqa: F401  (they put their tables into the metadata)
    asked_models,
    audit_models,
    care_models,
    case_models,
    faq_models,
    models,
    night_models,
    org_models,
    programme_models,
    rating_models,
    signin_models,
    thread_models,
    training_models,
)
from bot.db.base import Base as Base
