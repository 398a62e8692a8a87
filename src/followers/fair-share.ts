/**
 * How many of the lanes this node should hold. The shares of all nodes add up to the lanes, so they come to rest; what
 * does not divide goes to the oldest nodes, so one that joins or leaves moves no more lanes than it must.
 */
export function fairShare(lanes: number, oldestFirst: readonly string[], node: string): number {
  const rank = oldestFirst.indexOf(node);
  if (rank === -1) return 0;
  const left = lanes % oldestFirst.length;
  return Math.floor(lanes / oldestFirst.length) + (rank < left ? 1 : 0);
}
