import { type SlaFold } from '../../domain/sla/fold-sla';
import { type SlaInstance } from '../../domain/sla/instance';
import { instanceId } from '../../domain/sla/instance-id';

/** An instant of an instance's life that is news: reached, or to be reached if nothing happens before. */
export interface Deadline {
  readonly kind: 'warned' | 'breached';
  readonly instanceId: string;
  /** The instant itself: on it a promise is still kept. */
  readonly at: number;
  /** From when on it is true. */
  readonly from: number;
}

/**
 * Breaches whatever became of the instance, warnings only while it is open: nobody needs to be warned of what is over.
 */
export function deadlinesOf(key: string, { instances }: SlaFold): Deadline[] {
  return instances.flatMap((instance) => {
    const id = instanceId(key, instance);
    return [...warningOf(instance, id), ...breachOf(instance, id)];
  });
}

function warningOf({ stage, warnAt: at, removedAt }: SlaInstance, id: string): Deadline[] {
  const isOpen = stage === 'running' || stage === 'paused';
  if (!isOpen || at === null || (removedAt !== null && at >= removedAt)) return [];
  return [{ kind: 'warned', instanceId: id, at, from: at }];
}

function breachOf({ breach, dueAt, breaksAt, removedAt }: SlaInstance, id: string): Deadline[] {
  if (breach !== null) return [{ kind: 'breached', instanceId: id, at: breach.at, from: breach.at }];
  if (dueAt === null || breaksAt === null || (removedAt !== null && breaksAt > removedAt)) return [];
  return [{ kind: 'breached', instanceId: id, at: dueAt, from: breaksAt }];
}
