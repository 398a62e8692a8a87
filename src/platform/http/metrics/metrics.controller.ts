import { Controller, Get, Header, Inject, Req, SetMetadata } from '@nestjs/common';
import { z } from 'zod';
import { asError } from '../../../kernel/errors';
import { NEEDS, spanningAllTenants, type WithCaller } from '../bearer-guard';
import { operationsUnder } from '../openapi';
import { exposition, EXPOSITION_TYPE } from './exposition';
import { gauge, type Metric, type MetricSource } from './metric';

const SECOND = 1000;
/** Whoever scrapes waits ten seconds by default; what one part can't tell in this time is left out. */
const SOURCE_WITHIN_MS = 4 * SECOND;

export const METRIC_SOURCES = Symbol('MetricSources');

export const metricsOperations = operationsUnder('/metrics', 'Running it', [
  {
    method: 'get',
    path: '',
    summary: "Figures for Prometheus. They span tenants: a tenant's token does not open them.",
    needs: 'read',
    answers: { 200: { description: 'The text format 0.0.4.', schema: z.string(), type: EXPOSITION_TYPE } },
  },
]);

@Controller('metrics')
@SetMetadata(NEEDS, 'read')
export class MetricsController {
  constructor(@Inject(METRIC_SOURCES) private readonly sources: readonly MetricSource[]) {}

  @Get()
  @Header('content-type', EXPOSITION_TYPE)
  @Header('cache-control', 'no-store')
  async scrape(@Req() request: WithCaller): Promise<string> {
    spanningAllTenants(request);
    const told = await Promise.allSettled(this.sources.map(figuresOf));
    const metrics = told.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    const silent = told.filter(({ status }) => status === 'rejected').length;
    return exposition([
      ...metrics,
      gauge('casetrail_metric_sources_silent', 'Parts whose figures are missing from this scrape.', silent),
    ]);
  }
}

async function figuresOf(source: MetricSource): Promise<readonly Metric[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(asError('no figures in time')), SOURCE_WITHIN_MS);
  });
  try {
    return await Promise.race([source.metrics(), late]);
  } finally {
    clearTimeout(timer);
  }
}
