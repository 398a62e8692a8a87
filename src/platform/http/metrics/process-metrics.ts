import { type LoopDelay } from '../loop-delay';
import { counter, gauge, type Metric, type MetricSource } from './metric';

const SECOND = 1000;
const MICROS = 1_000_000;

/** What any process shows, under the names that dashboards for Node.js look for. */
export class ProcessMetrics implements MetricSource {
  readonly #startedAtS = Math.round(Date.now() / SECOND - process.uptime());

  constructor(private readonly loopDelay: LoopDelay) {}

  metrics(): readonly Metric[] {
    const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    return [
      counter('process_cpu_seconds_total', 'CPU time spent.', (user + system) / MICROS),
      gauge('process_start_time_seconds', 'When the process started.', this.#startedAtS),
      gauge('process_resident_memory_bytes', 'Memory in RAM.', rss),
      gauge('nodejs_heap_size_used_bytes', 'JavaScript heap in use.', heapUsed),
      gauge('nodejs_heap_size_total_bytes', 'JavaScript heap reserved.', heapTotal),
      gauge('nodejs_external_memory_bytes', 'Memory of buffers and the like, outside the heap.', external),
      gauge('nodejs_eventloop_lag_seconds', 'How late the event loop is.', this.loopDelay.ms / SECOND),
    ];
  }
}
