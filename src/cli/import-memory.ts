import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { asError } from '../kernel/errors';
import { replaceFile } from '../platform/runtime/files';
import { say } from './terminal';

/** How far an interrupted import of this file into this source of this log came: a file beside it. */
export class ImportMemory {
  readonly #path: string;
  /** Of another file under the same name nothing is known. */
  readonly #version: string;

  constructor(
    file: string,
    private readonly source: string,
    /** What another database has been given is not in this one. */
    private readonly logId: string,
  ) {
    this.#path = `${file}.progress`;
    const { size, mtimeMs } = statSync(file);
    this.#version = `${size}/${mtimeMs}`;
  }

  read(): number {
    if (!existsSync(this.#path)) return 0;
    try {
      const kept = JSON.parse(readFileSync(this.#path, 'utf8')) as Readonly<Record<string, unknown>>;
      const isOurs =
        kept['log'] === this.logId && kept['source'] === this.source && kept['version'] === this.#version;
      return isOurs && typeof kept['lines'] === 'number' ? kept['lines'] : 0;
    } catch {
      return 0;
    }
  }

  forget(): void {
    rmSync(this.#path, { force: true });
  }

  write(lines: number): void {
    try {
      replaceFile(
        this.#path,
        JSON.stringify({ log: this.logId, source: this.source, version: this.#version, lines }),
      );
    } catch (thrown) {
      say(`How far the import came can't be remembered: ${asError(thrown).message}`);
    }
  }
}
