import { Gather } from '../../src/kernel/gather';
import { settled } from '../../src/kernel/settled';

describe('questions that are gathered', () => {
  it('share one answer when they are asked in the same turn, and each gets its own part of it', async () => {
    const rounds: number[][] = [];
    const doubled = new Gather<number, number>({
      answer: (numbers) => {
        rounds.push([...numbers]);
        return Promise.resolve(numbers.map((n) => n * 2));
      },
    });
    expect(await Promise.all([1, 2, 3].map((n) => doubled.ask(n)))).toEqual([2, 4, 6]);
    expect(await doubled.ask(4)).toBe(8);
    expect(rounds).toEqual([[1, 2, 3], [4]]);
  });

  it('wait for the round that is under way where only one may be, and are then asked together', async () => {
    const rounds: number[][] = [];
    let under = 0;
    let most = 0;
    const slow = new Gather<number, number>({
      oneAtATime: true,
      answer: async (numbers) => {
        rounds.push([...numbers]);
        most = Math.max(most, (under += 1));
        await new Promise((resolve) => setTimeout(resolve, 20));
        under -= 1;
        return numbers;
      },
    });
    const first = slow.ask(1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const others = [slow.ask(2)];
    await new Promise((resolve) => setTimeout(resolve, 5));
    others.push(slow.ask(3));
    expect(await Promise.all([first, ...others])).toEqual([1, 2, 3]);
    expect({ rounds, most }).toEqual({ rounds: [[1], [2, 3]], most: 1 });
  });

  it('all learn of a round that failed, and the next round begins anew', async () => {
    let failing = true;
    const gather = new Gather<number, number>({
      oneAtATime: true,
      answer: (numbers) => (failing ? Promise.reject(new Error('away')) : Promise.resolve(numbers)),
    });
    const outcomes = await Promise.allSettled([gather.ask(1), gather.ask(2)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    failing = false;
    expect(await gather.ask(3)).toBe(3);
  });
});

describe('work that is settled together', () => {
  it('fails with the first failure, once all of it has ended', async () => {
    let ended = false;
    const slow = new Promise<void>((resolve) => {
      setTimeout(() => {
        ended = true;
        resolve();
      }, 20);
    });
    await expect(settled(Promise.reject(new Error('first')), slow)).rejects.toThrow('first');
    expect(ended).toBe(true);
  });
});
