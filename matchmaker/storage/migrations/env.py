"""Runs migrations on the connection that ``matchmaker.storage.schema`` hands over."""

from alembic import context

from matchmaker.models import Base
from matchmaker.storage.schema import is_other_type

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=is_other_type,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
