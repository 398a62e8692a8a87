import { openLedger } from '../../support/ledger';
import { asError } from '../../../src/kernel/errors';
import { type Order, type Report } from './appending-process';

/** Run by startAppending in a process of its own: appends what its parent sends and answers with the outcome. */
function main(url: string): void {
  const node = openLedger({ url });
  const report = (message: Report): void => void process.send?.(message);
  process.on('message', ({ id, afterMs, incoming }: Order) => {
    setTimeout(() => {
      node.append(incoming).then(
        (outcome) => report({ id, outcome }),
        (thrown: unknown) => report({ id, error: asError(thrown).message }),
      );
    }, afterMs);
  });
  process.once('disconnect', () => void node.close());
}

main(process.argv[3] ?? '');
