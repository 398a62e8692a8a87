import { once } from 'node:events';
import { connect } from 'node:net';
import { startApp, type TestApp } from '../../support/app';
import { freshDatabase } from '../../support/database';

describe('what is no HTTP request', () => {
  const database = freshDatabase();
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp(database.url);
  });

  afterAll(() => app.close());

  /** Everything that comes back until the connection closes. */
  async function answerTo(bytes: string): Promise<{ head: string; body: Record<string, unknown> }> {
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.write(bytes);
    await once(socket, 'close');
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(head).toContain(`content-length: ${Buffer.byteLength(body)}`);
    return { head, body: JSON.parse(body) as Record<string, unknown> };
  }

  test.each([
    ['a request line of nonsense', 'nonsense\r\n\r\n', 400, 'bad_request'],
    ['a method that does not exist', 'SNEEZE / HTTP/1.1\r\nhost: x\r\n\r\n', 400, 'bad_request'],
    [
      'two lengths',
      'POST /v1/ingress/x HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
      400,
      'bad_request',
    ],
    ['a request without Host', 'GET /health/live HTTP/1.1\r\n\r\n', 400, 'bad_request'],
    [
      'a webhook without Host, whose sender asks before sending',
      'POST /v1/ingress/x HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n',
      400,
      'bad_request',
    ],
    [
      'headers without end',
      `POST /v1/ingress/x HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
  ])('%s is answered with a problem and a receipt', async (_name, bytes, status, code) => {
    const { head, body } = await answerTo(bytes);
    expect(head.startsWith(`HTTP/1.1 ${status} `)).toBe(true);
    expect(head).toContain('content-type: application/problem+json');
    expect(head).toContain('connection: close');
    expect(head).toContain(`x-receipt-id: ${String(body['receipt_id'])}`);
    expect(body).toMatchObject({ status, code, retryable: false, type: `urn:casetrail:problem:${code}` });
  });

  test('others are served as before', async () => {
    const before = await fetch(`${app.url}/health/live`);
    await answerTo('nonsense\r\n\r\n');
    expect([before.status, (await fetch(`${app.url}/health/live`)).status]).toEqual([200, 200]);
  });
});
