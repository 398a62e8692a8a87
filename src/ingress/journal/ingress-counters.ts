import { Histogram } from '../../platform/http/metrics/histogram';
import { counter, type Labels, type Metric, type MetricSource } from '../../platform/http/metrics/metric';
import { type AnswerStatus, ANSWER_STATUSES, type RefusalCode, REFUSALS } from '../codes';

const SECOND = 1000;
const LATENCY_BOUNDS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

export type WarningKind = 'payload' | 'conflict' | 'legacy_sha1' | 'key_expiry' | 'certificate_expiry';
/** `sender_gone`: it hung up before its body was here, and got no answer. */
type CountedCode = AnswerStatus | RefusalCode | 'sender_gone';

/**
 * How often each source got each answer and caused each warning, since the start. The empty name stands for requests of
 * no known source: what anybody may write into a URL is no label.
 */
export class IngressCounters implements MetricSource {
  readonly #answers = new Tally<CountedCode>();
  readonly #warnings = new Tally<WarningKind>();
  readonly #latency = new Histogram({
    name: 'casetrail_webhook_duration_seconds',
    help: 'From the arrival of a webhook to its answer, by HTTP status.',
    bounds: LATENCY_BOUNDS_S,
    label: 'status',
  });

  answered(source: string, code: AnswerStatus | RefusalCode, status: number, latencyMs: number): void {
    this.#answers.count(source, code);
    this.#latency.observe(latencyMs / SECOND, String(status));
  }

  unanswered(source: string): void {
    this.#answers.count(source, 'sender_gone');
  }

  warned(source: string, kind: WarningKind): void {
    this.#warnings.count(source, kind);
  }

  metrics(): readonly Metric[] {
    return [
      counter(
        'casetrail_webhooks_total',
        'Webhooks by source, outcome (taken, refused, failed, gone) and code.',
        this.#answers.samples((source, code) => ({ source, outcome: outcomeOf(code), code })),
      ),
      this.#latency.metric(),
      counter(
        'casetrail_warnings_total',
        'Warnings by source and kind; the log says each once a minute.',
        this.#warnings.samples((source, kind) => ({ source, kind })),
      ),
    ];
  }
}

class Tally<Code extends string> {
  readonly #counts = new Map<string, Map<Code, number>>();

  count(source: string, code: Code): void {
    let counts = this.#counts.get(source);
    if (counts === undefined) {
      counts = new Map();
      this.#counts.set(source, counts);
    }
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }

  samples(labelsOf: (source: string, code: Code) => Labels): { labels: Labels; value: number }[] {
    return [...this.#counts].flatMap(([source, counts]) =>
      [...counts].map(([code, value]) => ({ labels: labelsOf(source, code), value })),
    );
  }
}

/** taken: 200. refused: the sender's to mend. failed: ours, it comes again. */
function outcomeOf(code: CountedCode): 'taken' | 'refused' | 'failed' | 'gone' {
  if (code === 'sender_gone') return 'gone';
  if (isAnswerStatus(code)) return 'taken';
  return REFUSALS[code].status < 500 ? 'refused' : 'failed';
}

function isAnswerStatus(code: string): code is AnswerStatus {
  return (ANSWER_STATUSES as readonly string[]).includes(code);
}
