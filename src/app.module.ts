import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Inject,
  Module,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { AppServices } from './app-services';
import { type Config } from './config/config';
import { adminOperations } from './admin/admin-operations';
import { TokenController } from './admin/token.controller';
import { TokenService } from './admin/token-service';
import { ingressOperations } from './ingress/ingress-operations';
import { DeliveryController } from './ingress/journal/delivery.controller';
import { QuarantineController } from './ingress/quarantine/quarantine.controller';
import { QuarantineService } from './ingress/quarantine/quarantine-service';
import { SourceController } from './ingress/sources/source.controller';
import { SourceService } from './ingress/sources/source-service';
import { BearerGuard, TOKEN_VERIFIER } from './platform/http/bearer-guard';
import { DocsController, OPERATIONS } from './platform/http/docs.controller';
import { HealthController, READINESS } from './platform/http/health.controller';
import { ProblemFilter } from './platform/http/problem-filter';
import { DATABASE } from './platform/postgres/database';
import { FindTicketHandler } from './read-models/ticket/find-ticket';
import { TicketController } from './read-models/ticket/ticket.controller';

const GRACE_MS = Symbol('GraceMs');

/** The composition root: which edges this node shows follows from its roles. */
@Module({})
export class AppModule implements BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    private readonly services: AppServices,
    @Inject(GRACE_MS) private readonly graceMs: number,
  ) {}

  static with(config: Config, services: AppServices): DynamicModule {
    return {
      module: AppModule,
      imports: [CqrsModule.forRoot()],
      controllers: [
        HealthController,
        TicketController,
        DocsController,
        SourceController,
        DeliveryController,
        QuarantineController,
        TokenController,
      ],
      providers: [
        { provide: GRACE_MS, useValue: config.shutdownGraceMs },
        { provide: AppServices, useValue: services },
        { provide: DATABASE, useValue: services.db },
        { provide: READINESS, useValue: services },
        { provide: OPERATIONS, useValue: [...ingressOperations, ...adminOperations] },
        { provide: TOKEN_VERIFIER, useValue: services.tokens },
        { provide: TokenService, useValue: services.tokens },
        { provide: SourceService, useValue: services.sources },
        { provide: QuarantineService, useValue: services.quarantine },
        { provide: APP_GUARD, useClass: BearerGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
        FindTicketHandler,
      ],
    };
  }

  /** From here on the balancer looks elsewhere; what is under way is answered. */
  beforeApplicationShutdown(): void {
    this.services.draining = true;
  }

  /** The HTTP server has answered its last request. */
  async onApplicationShutdown(): Promise<void> {
    await this.services.close(this.graceMs);
  }
}
