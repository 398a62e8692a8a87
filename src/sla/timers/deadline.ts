import { type SlaFold } from '../../domain/sla/fold-sla';
import { type SlaInstance } from '../../domain/sla/instance';
import { instanceId } from '../../domain/sla/instance-id';

/** An instant of an instance's life that is news: reached, or to be reached if nothing happens before. */
export interface Deadline {
  readonly kind: 'warned' | 'breached';
  readonly instance: SlaInstance;
  readonly instanceId: string;
  /** The instant itself: on it a promise is still kept. */
  readonly at: number;
  /** From when on it is true. */
  readonly from: number;
}

/**
 * Breaches whatever became of the instance, warnings only while no event has ended it: nobody needs to be warned of what is
 * over.
 */
export function deadlinesOf(key: string, { instances }: SlaFold): Deadline[] {
  return instances.flatMap((instance) => {
    const id = instanceId(key, instance);
    return [...warningOf(instance, id), ...breachOf(instance, id)];
  });
}

function warningOf(instance: SlaInstance, instanceId: string): Deadline[] {
  const { stage, warnAt: at, removedAt } = instance;
  const isOpen = stage === 'running' || stage === 'paused';
  if (!isOpen || at === null || (removedAt !== null && at >= removedAt)) return [];
  return [{ kind: 'warned', instance, instanceId, at, from: at }];
}

function breachOf(instance: SlaInstance, instanceId: string): Deadline[] {
  const { breach, dueAt, breaksAt, removedAt } = instance;
  const kind = 'breached';
  if (breach !== null) return [{ kind, instance, instanceId, at: breach.at, from: breach.at }];
  if (dueAt === null || breaksAt === null || (removedAt !== null && breaksAt > removedAt)) return [];
  return [{ kind, instance, instanceId, at: dueAt, from: breaksAt }];
}
