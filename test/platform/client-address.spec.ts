import { AddressRanges, clientAddress, isRange, plainAddress } from '../../src/platform/http/client-address';

describe("the sender's address", () => {
  const trusted = new AddressRanges(['10.0.0.0/8', '::1', '2001:db8:ffff::/48']);

  test.each([
    ['no proxy spoke', '203.0.113.9', undefined, '203.0.113.9'],
    ['a stranger claims to be a proxy', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['one trusted proxy', '10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['two trusted proxies', '10.0.0.1', '203.0.113.9, 10.2.3.4', '203.0.113.9'],
    ['an invention on the left', '10.0.0.1', '1.1.1.1, 203.0.113.9', '203.0.113.9'],
    ['an IPv4-mapped hop', '10.0.0.1', '::ffff:203.0.113.9', '203.0.113.9'],
    ['a hop with a port', '10.0.0.1', '203.0.113.9:55123', '203.0.113.9'],
    ['IPv6 with brackets and port', '::1', '[2001:db8::7]:443', '2001:db8::7'],
    ['rubbish next to us', '10.0.0.1', '203.0.113.9, unknown', '10.0.0.1'],
    ['a link-local hop with a zone', '10.0.0.1', 'fe80::1%eth0', 'fe80::1'],
    ['a zone that is the name of no interface', '10.0.0.1', 'fe80::1%a-b.c:d', 'fe80::1'],
    ['proxies all the way', '10.0.0.1', '10.0.0.2', '10.0.0.2'],
  ])('is found where %s', (_name, peer, forwarded, expected) => {
    expect(clientAddress(peer, forwarded, trusted)).toBe(expected);
  });

  test.each(['10.0.0.0/33', '10.1', '0x7f000001', 'localhost', '::/129', '10.0.0.1/', ''])(
    '%j is no range',
    (text) => {
      expect(isRange(text)).toBe(false);
    },
  );

  test('a peer is known without the zone of its interface', () => {
    const ranges = new AddressRanges(['fe80::/10']);
    expect(plainAddress('fe80::1%eth0.100')).toBe('fe80::1');
    expect(ranges.includes(plainAddress('fe80::1%eth0.100'))).toBe(true);
    expect(plainAddress('::ffff:192.0.2.7')).toBe('192.0.2.7');
  });

  test('a range written for a dual-stack socket holds IPv4 addresses', () => {
    const ranges = new AddressRanges(['::ffff:192.0.2.0/120']);
    expect([ranges.includes('192.0.2.7'), ranges.includes('192.0.3.7')]).toEqual([true, false]);
  });
});
