import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { type Scope } from '../platform/http/bearer-guard';

@Entity({ schema: 'app', name: 'token' })
export class TokenRow {
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Column('text')
  label!: string;

  /** sha256 of the token: the token itself is shown once and stored nowhere. */
  @Column('bytea')
  hash!: Buffer;

  @Column('text', { array: true })
  scopes!: Scope[];

  /** Null: all tenants. */
  @Column('text', { nullable: true })
  tenant!: string | null;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}
