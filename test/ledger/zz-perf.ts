import { openDatabase } from '/work/main/src/platform/postgres/database';
import { Client } from 'pg';
import { openLedger } from '/work/main/test/support/ledger';
import { created, status, message, event } from '/work/main/test/support/events';
import { verifyLog } from '/work/main/src/ledger/verify/verify-log';
async function main() {
  const admin = process.env.CASETRAIL_TEST_DATABASE_URL!;
  const u = new URL(admin); u.pathname = '/perf';
  if (process.argv[3] === 'fill') {
    const c = new Client({ connectionString: admin }); await c.connect();
    await c.query('DROP DATABASE IF EXISTS perf WITH (FORCE)'); await c.query('CREATE DATABASE perf TEMPLATE casetrail_template'); await c.end();
    const node = openLedger({ url: u.href }, { queueMax: 100000, queueBytesMax: 1e9 });
    const t0 = performance.now();
    const pad = 'x'.repeat(500);
    for (let b = 0; b < 50; b++) {
      const all: Promise<unknown>[] = [];
      for (let i = 0; i < 200; i++) {
        const t = `P-${b}-${i}`;
        all.push(node.append(created(t)), node.append(status(t, 1, 'open', 'in_progress')), node.append(event('agent.assigned', t, 2)));
        for (let m = 0; m < 6; m++) all.push(node.append(message(t, 3 + m, `m${m}`, { body: { message_id: `m${m}`, sender: { type: 'customer' }, content: { text: pad } } })));
        all.push(node.append(status(t, 20, 'in_progress', 'resolved')));
      }
      await Promise.all(all);
    }
    console.log('filled', (performance.now() - t0) / 1000); await node.close();
  }
  const db = openDatabase({ url: u.href, poolMax: 2, applicationName: 'v' });
  for (let i = 0; i < 3; i++) {
    const t = performance.now(); const cpu = process.cpuUsage(); let half = 0;
    const r = await verifyLog(db, { now: new Date(), onProgress: (s) => { if (s >= 0.4999 && !half) half = performance.now() - t; } });
    const c = process.cpuUsage(cpu);
    console.log(r.ok, r.events, r.fault, ((performance.now() - t) / 1000).toFixed(2), 's; lanes part', (half/1000).toFixed(2), 'cpu', ((c.user + c.system) / 1e6).toFixed(2), 'rss', Math.round(process.memoryUsage().rss / 1e6));
  }
  await db.close();
}
void main();
