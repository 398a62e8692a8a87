import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

export const SOURCE_STATUSES = ['active', 'paused', 'retired'] as const;
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
