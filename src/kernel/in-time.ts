import { CasetrailError } from './errors';

/**
 * Gives the work until the sender is about to stop waiting (ms UTC). Past that it goes on, and may succeed all the same:
 * the sender's retry finds out.
 */
export async function inTime<T>(deadlineAt: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const refuse = (): void =>
      reject(new CasetrailError('storage_unavailable', 'It was not stored in time.'));
    timer = setTimeout(refuse, deadlineAt - Date.now());
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
