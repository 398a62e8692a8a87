-- Says which SECRETS_KEY this database belongs to: a secret sealed with another one would put its source out of service.
CREATE TABLE app.secrets_key (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  proof    bytea NOT NULL
);
COMMENT ON COLUMN app.secrets_key.proof IS 'A known text, sealed as the secrets are: whoever opens it has their key.';
GRANT SELECT, INSERT ON app.secrets_key TO casetrail_app;
