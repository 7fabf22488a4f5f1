"""outbox"""

import sqlalchemy as sa
from alembic import op


revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('email_addresses',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('address', sa.String(length=254), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(), nullable=True),
    sa.Column('code_digest', sa.String(length=64), nullable=True),
    sa.Column('code_until', sa.DateTime(), nullable=True),
    sa.Column('code_tries', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_email_addresses_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_email_addresses')),
    sa.UniqueConstraint('user_id', name=op.f('uq_email_addresses_user_id'))
    )
    op.create_table('notices',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.Enum('reminder', 'place', 'result', 'change', 'request', 'account', name='notice_kind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('text', sa.String(length=300), nullable=False),
    sa.Column('link', sa.String(length=300), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('read_at', sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_notices_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notices')),
    sa.UniqueConstraint('user_id', 'key', name=op.f('uq_notices_user_id_key'))
    )
    op.create_index(op.f('ix_notices_user_id_read_at'), 'notices', ['user_id', 'read_at'], unique=False)
    op.create_table('robots',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.Enum('wecom', 'dingtalk', name='robot_kind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('url', sa.String(length=300), nullable=False),
    sa.Column('secret', sa.String(length=120), nullable=False),
    sa.Column('entry_year', sa.Integer(), nullable=True),
    sa.Column('class_id', sa.Integer(), nullable=True),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('rests_until', sa.DateTime(), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint('entry_year IS NULL OR class_id IS NULL', name=op.f('ck_robots_one_scope')),
    sa.ForeignKeyConstraint(['class_id'], ['school_classes.id'], name=op.f('fk_robots_class_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_robots')),
    sa.UniqueConstraint('name', name=op.f('uq_robots_name'))
    )
    op.create_table('outbox_messages',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=160), nullable=False),
    sa.Column('channel', sa.Enum('email', 'wecom', 'dingtalk', name='channel', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('address_id', sa.Integer(), nullable=True),
    sa.Column('robot_id', sa.Integer(), nullable=True),
    sa.Column('subject', sa.String(length=150), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('queued', 'sending', 'sent', 'failed', 'unsure', 'dropped', name='message_state', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_attempt_at', sa.DateTime(), nullable=False),
    sa.Column('expires_at', sa.DateTime(), nullable=True),
    sa.Column('claimed_at', sa.DateTime(), nullable=True),
    sa.Column('claimed_by', sa.String(length=80), nullable=False),
    sa.Column('handed_over_at', sa.DateTime(), nullable=True),
    sa.Column('sent_at', sa.DateTime(), nullable=True),
    sa.Column('last_error', sa.String(length=200), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("(channel = 'email') = (robot_id IS NULL)", name=op.f('ck_outbox_messages_robot_of_its_channel')),
    sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f('ck_outbox_messages_sent_has_its_time')),
    sa.CheckConstraint("state <> 'sending' OR (claimed_at IS NOT NULL AND claimed_by <> '')", name=op.f('ck_outbox_messages_sending_is_claimed')),
    sa.CheckConstraint("state <> 'unsure' OR handed_over_at IS NOT NULL", name=op.f('ck_outbox_messages_unsure_was_handed_over')),
    sa.ForeignKeyConstraint(['address_id'], ['email_addresses.id'], name=op.f('fk_outbox_messages_address_id')),
    sa.ForeignKeyConstraint(['robot_id'], ['robots.id'], name=op.f('fk_outbox_messages_robot_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_messages')),
    sa.UniqueConstraint('key', name=op.f('uq_outbox_messages_key'))
    )
    op.create_index(op.f('ix_outbox_messages_address_id'), 'outbox_messages', ['address_id'], unique=False)
    op.create_index(op.f('ix_outbox_messages_robot_id_claimed_at'), 'outbox_messages', ['robot_id', 'claimed_at'], unique=False)
    op.create_index(op.f('ix_outbox_messages_state_next_attempt_at'), 'outbox_messages', ['state', 'next_attempt_at'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_outbox_messages_state_next_attempt_at'), table_name='outbox_messages')
    op.drop_index(op.f('ix_outbox_messages_robot_id_claimed_at'), table_name='outbox_messages')
    op.drop_index(op.f('ix_outbox_messages_address_id'), table_name='outbox_messages')
    op.drop_table('outbox_messages')
    op.drop_table('robots')
    op.drop_index(op.f('ix_notices_user_id_read_at'), table_name='notices')
    op.drop_table('notices')
    op.drop_table('email_addresses')
