import { ConsoleLogger, type LogLevel } from '@nestjs/common';

const LEVELS = ['error', 'warn', 'log', 'debug'] as const satisfies readonly LogLevel[];
const VERBOSITY = { error: 1, warn: 2, info: 3, debug: 4 } as const;
/** Nest names each route at each start; nobody who runs casetrail needs to read that below debug. */
const BOOT = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** Lines for a person at a terminal, JSON for whatever collects them elsewhere. */
export class AppLogger extends ConsoleLogger {
  readonly #tellsBoot: boolean;

  constructor(level: keyof typeof VERBOSITY, isTerminal: boolean) {
    super({ json: !isTerminal, colors: isTerminal, logLevels: LEVELS.slice(0, VERBOSITY[level]) });
    this.#tellsBoot = level === 'debug';
  }

  override log(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1);
    if (typeof context === 'string' && BOOT.has(context) && !this.#tellsBoot) return;
    super.log(message, ...rest);
  }
}
