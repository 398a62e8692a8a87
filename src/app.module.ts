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
import { FollowerController } from './admin/follower.controller';
import { TokenController } from './admin/token.controller';
import { TokenService } from './admin/token-service';
import { ingressOperations } from './ingress/ingress-operations';
import { DeliveryController } from './ingress/journal/delivery.controller';
import { QuarantineController } from './ingress/quarantine/quarantine.controller';
import { QuarantineService } from './ingress/quarantine/quarantine-service';
import { SourceController } from './ingress/sources/source.controller';
import { SourceService } from './ingress/sources/source-service';
import { BearerGuard, TOKEN_VERIFIER } from './platform/http/bearer-guard';
import { ASYNC_API, DocsController, docsOperations, OPERATIONS } from './platform/http/docs.controller';
import { HealthController, healthOperations, READINESS } from './platform/http/health.controller';
import {
  METRIC_SOURCES,
  MetricsController,
  metricsOperations,
} from './platform/http/metrics/metrics.controller';
import { type Operation } from './platform/http/openapi';
import { ProblemFilter } from './platform/http/problem-filter';
import { DATABASE, READ_DATABASE } from './platform/postgres/database';
import { readOperations } from './read-models/read-operations';
import { readControllers, readHandlers } from './read-models/read-side';
import { asyncApiDocument } from './relay/contract/asyncapi';
import { ApplySlaHandler } from './sla/apply-sla';
import { ExplainTicketHandler } from './sla/explain/explain-ticket';
import { FiguresController } from './sla/figures/figures.controller';
import { figuresOperations } from './sla/figures/figures-operations';
import { SlaComplianceHandler } from './sla/figures/sla-compliance';
import { ListSlaHandler } from './sla/list-sla';
import { ReprocessSlaHandler } from './sla/reprocess-sla';
import { SlaController } from './sla/sla.controller';
import { slaOperations } from './sla/sla-operations';

const GRACE_MS = Symbol('GraceMs');

/** What /docs and /openapi.json tell of: each edge's own list, in the order in which they are shown. */
const operations: readonly Operation[] = [
  ...ingressOperations,
  ...readOperations,
  ...figuresOperations,
  ...adminOperations,
  ...slaOperations,
  ...healthOperations,
  ...metricsOperations,
  ...docsOperations,
];

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
        ...readControllers,
        DocsController,
        SourceController,
        DeliveryController,
        QuarantineController,
        TokenController,
        FollowerController,
        SlaController,
        FiguresController,
        MetricsController,
      ],
      providers: [
        { provide: GRACE_MS, useValue: config.shutdownGraceMs },
        { provide: AppServices, useValue: services },
        { provide: DATABASE, useValue: services.db },
        { provide: READ_DATABASE, useValue: services.reads },
        { provide: READINESS, useValue: services },
        { provide: OPERATIONS, useValue: operations },
        {
          provide: ASYNC_API,
          useValue: asyncApiDocument({ topicPrefix: config.kafka.topicPrefix, lanes: config.lanes }),
        },
        { provide: METRIC_SOURCES, useValue: services.metricSources },
        { provide: TOKEN_VERIFIER, useValue: services.tokens },
        { provide: TokenService, useValue: services.tokens },
        { provide: SourceService, useValue: services.sources },
        { provide: QuarantineService, useValue: services.quarantine },
        { provide: APP_GUARD, useClass: BearerGuard },
        { provide: APP_FILTER, useClass: ProblemFilter },
        ...readHandlers,
        ApplySlaHandler,
        ReprocessSlaHandler,
        ListSlaHandler,
        ExplainTicketHandler,
        SlaComplianceHandler,
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
