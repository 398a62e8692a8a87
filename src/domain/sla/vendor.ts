import { type Course } from './course';
import { type SlaInstance } from './instance';
import { type SlaMetric } from './policy';

/** In ms, and negative where we are faster or earlier than the vendor says. Null: one of both says nothing. */
export interface VendorDeltas {
  readonly firstResponse: number | null;
  readonly resolution: number | null;
  /** How long after our breach the vendor's escalation came. */
  readonly escalationLag: number | null;
}

export function vendorDeltasOf(
  { vendor }: Course,
  ours: { readonly firstResponse: number | null; readonly firstResolution: number | null },
  instances: readonly SlaInstance[],
): VendorDeltas {
  return {
    firstResponse: delta(ours.firstResponse, vendor.firstResponse?.fact.data.response_time),
    resolution: delta(ours.firstResolution, vendor.resolution?.data.resolution_time),
    escalationLag: escalationLag(vendor.escalation, instances),
  };
}

function delta(ours: number | null, vendorSeconds: number | null | undefined): number | null {
  return ours === null || vendorSeconds === null || vendorSeconds === undefined
    ? null
    : ours - Math.round(vendorSeconds * 1000);
}

function escalationLag(
  escalation: Course['vendor']['escalation'],
  instances: readonly SlaInstance[],
): number | null {
  const breachedAt = escalation === null ? undefined : meantBy(escalation, instances)?.breach?.at;
  return escalation === null || breachedAt === undefined ? null : escalation.at - breachedAt;
}

/** The promise that an escalation is about. */
export function meantBy(
  { at, fact }: NonNullable<Course['vendor']['escalation']>,
  instances: readonly SlaInstance[],
): SlaInstance | undefined {
  const metric = metricNamed(fact.data.metric ?? null);
  return instances.findLast((one) => one.metric === metric && one.startedAt <= at);
}

const metricByName = new Map<string, SlaMetric>([
  ['first_response', 'first_response'],
  ['first_response_time', 'first_response'],
  ['next_response', 'next_response'],
  ['next_response_time', 'next_response'],
  ['resolution', 'resolution'],
  ['resolution_time', 'resolution'],
]);

/** Named none, it is about the solution; named what we do not measure, about nothing of ours. */
function metricNamed(name: string | null): SlaMetric | null {
  if (name === null) return 'resolution';
  return (
    metricByName.get(
      name
        .trim()
        .toLowerCase()
        .replace(/[\s_-]+/g, '_'),
    ) ?? null
  );
}
