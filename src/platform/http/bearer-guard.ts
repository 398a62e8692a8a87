import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type FastifyRequest } from 'fastify';
import { CasetrailError } from '../../kernel/errors';

export const SCOPES = ['read', 'operate', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Whom a bearer token stands for. A null tenant spans all of them. */
export interface Caller {
  readonly tokenId: string;
  readonly scopes: readonly Scope[];
  readonly tenant: string | null;
}

export interface TokenVerifier {
  verify(token: string): Promise<Caller | null>;
}

export const TOKEN_VERIFIER = Symbol('TokenVerifier');
/** Set on a handler or controller: the scope its callers need. `public` marks what needs no token. */
export const NEEDS = 'casetrail:needs';

export interface WithCaller {
  caller?: Caller;
}

/** Closed by default: a handler that names no scope needs `admin`. */
@Injectable()
export class BearerGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(TOKEN_VERIFIER) private readonly tokens: TokenVerifier,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const needs =
      this.reflector.getAllAndOverride<Scope | 'public' | undefined>(NEEDS, [
        context.getHandler(),
        context.getClass(),
      ]) ?? 'admin';
    if (needs === 'public') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest & WithCaller>();
    const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const caller = token === undefined ? null : await this.tokens.verify(token);
    if (caller === null) {
      throw new CasetrailError('unauthenticated', 'Send a valid token: Authorization: Bearer <token>.');
    }
    if (!mayDo(caller.scopes, needs)) {
      throw new CasetrailError('forbidden', `This token lacks the scope "${needs}".`);
    }
    request.caller = caller;
    return true;
  }
}

/** admin may do all, operate may read too. */
function mayDo(scopes: readonly Scope[], needs: Scope): boolean {
  return scopes.some((scope) => SCOPES.indexOf(scope) >= SCOPES.indexOf(needs));
}

/** On whose behalf something is changed, and in which tenant; a null tenant spans all. */
export interface Acting {
  readonly actor: string;
  readonly tenant: string | null;
}

export function actingOf({ caller }: WithCaller): Acting {
  if (caller === undefined) throw new Error('a handler that nobody is let in to has no caller');
  return { actor: caller.tokenId, tenant: caller.tenant };
}

/** For what can't be cut by tenant, such as figures of the whole installation. */
export function spanningAllTenants(request: WithCaller): void {
  if (actingOf(request).tenant === null) return;
  throw new CasetrailError('forbidden', 'This spans tenants: use a token that is of no single tenant.');
}
