import { murmur2 } from './murmur2';

/**
 * A ticket's key is `tenant/ticket_id` and splits at the first slash, which a tenant never holds. Events of no ticket
 * have keys with a doubled slash (`tenant//agent/<id>`), which no ticket id can produce since none may start with one.
 */
export const TENANT_PATTERN = /^[a-z0-9_-]{1,64}$/;

export function ticketKey(tenant: string, ticketId: string): string {
  return `${tenant}/${ticketId}`;
}

/** The lane that holds a key for ever: the partition Kafka's default partitioner gives it, so lane n is partition n. */
export function laneOf(key: string, lanes: number): number {
  return (murmur2(Buffer.from(key, 'utf8')) & 0x7fffffff) % lanes;
}
