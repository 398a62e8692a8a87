import { fairShare } from '../../src/followers/fair-share';

const NODES = Array.from({ length: 12 }, (_, index) => `node-${index}`);

function sharesOf(lanes: number, nodes: readonly string[]): number[] {
  return nodes.map((node) => fairShare(lanes, nodes, node));
}

describe('fair shares', () => {
  it('are all lanes for a node that is alone', () => {
    expect(fairShare(8, ['a'], 'a')).toBe(8);
  });

  it.each([1, 2, 3, 5, 8, 12])('of %i nodes add up to the lanes and differ by one at most', (count) => {
    const shares = sharesOf(8, NODES.slice(0, count));
    expect(shares.reduce((sum, share) => sum + share, 0)).toBe(8);
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
  });

  it('move no more lanes than a node that joins gets', () => {
    for (let count = 1; count < NODES.length; count++) {
      const before = sharesOf(8, NODES.slice(0, count));
      const after = sharesOf(8, NODES.slice(0, count + 1));
      for (const [index, share] of before.entries()) expect(after[index]).toBeLessThanOrEqual(share);
    }
  });

  it('are nothing for a node that is not among them', () => {
    expect(fairShare(8, ['a', 'b'], 'c')).toBe(0);
  });
});
