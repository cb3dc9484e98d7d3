-- The keys that prove who made a context, as the two blocks of an HMAC (RFC 2104). Nobody but the owner may see them.
-- version: 1
CREATE TABLE IF NOT EXISTS schemapatterns.context_key (
    id text PRIMARY KEY,
    inner_block bytea NOT NULL CHECK (octet_length(inner_block) = 64),
    outer_block bytea NOT NULL CHECK (octet_length(outer_block) = 64)
);

REVOKE ALL ON TABLE schemapatterns.context_key FROM PUBLIC;
