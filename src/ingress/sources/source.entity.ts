import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/**
 * paused: deliveries are taken and held. blocked: they are refused, until the source is resumed. retired: refused for good.
 */
export const SOURCE_STATUSES = ['active', 'paused', 'blocked', 'retired'] as const;
export type SourceStatus = (typeof SOURCE_STATUSES)[number];

@Entity({ schema: 'app', name: 'source' })
export class SourceRow {
  @PrimaryColumn('text')
  name!: string;

  @Column('text')
  key!: string;

  @Column('text')
  tenant!: string;

  @Column('text', { name: 'integration_id' })
  integrationId!: string;

  @Column('text')
  profile!: string;

  /** Differences from the profile, checked by its schema before they are stored. */
  @Column('jsonb')
  settings!: Record<string, unknown>;

  @Column('text')
  status!: SourceStatus;

  /** Until then an unsigned ping is answered. */
  @Column('timestamptz', { name: 'armed_until', nullable: true })
  armedUntil!: Date | null;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}

@Entity({ schema: 'app', name: 'source_key' })
export class SourceKeyRow {
  @PrimaryColumn('text')
  source!: string;

  @PrimaryColumn('text', { name: 'key_id' })
  keyId!: string;

  /** Sealed by SecretBox. */
  @Column('bytea')
  secret!: Buffer;

  @Column('timestamptz', { name: 'not_before' })
  notBefore!: Date;

  @Column('timestamptz', { name: 'not_after', nullable: true })
  notAfter!: Date | null;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}

/** A bearer token that a sender shows. */
@Entity({ schema: 'app', name: 'source_token' })
export class SourceTokenRow {
  @PrimaryColumn('text')
  source!: string;

  @PrimaryColumn('text', { name: 'token_id' })
  tokenId!: string;

  @Column('text')
  label!: string;

  /** sha256 of the token: the token itself is shown once and stored nowhere. */
  @Column('bytea')
  hash!: Buffer;

  /** The event types it may send; null: all. */
  @Column('text', { array: true, nullable: true })
  scopes!: string[] | null;

  @Column('timestamptz', { name: 'not_before' })
  notBefore!: Date;

  @Column('timestamptz', { name: 'not_after', nullable: true })
  notAfter!: Date | null;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}
