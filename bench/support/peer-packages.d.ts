// As much of the types of bench/node_modules as is used here: the house is checked without installing it.

declare module '@event-driven-io/emmett' {
  export class IllegalStateError extends Error {
    constructor(message?: string);
  }

  export interface DeciderOptions<State, Command, Event> {
    readonly decide: (command: Command, state: State) => Event | Event[];
    readonly evolve: (state: State, event: Event) => State;
    readonly initialState: () => State;
    readonly retry?: { readonly onVersionConflict: true | number };
  }

  export function DeciderCommandHandler<State, Command, Event>(
    options: DeciderOptions<State, Command, Event>,
  ): (store: object, streamId: string, command: Command) => Promise<{ nextExpectedStreamVersion: bigint }>;
}

declare module '@event-driven-io/emmett-postgresql' {
  import { type Pool } from 'pg';

  export interface PostgresEventStore {
    readonly schema: { migrate(): Promise<unknown> };
    close(): Promise<void>;
  }

  export function getPostgreSQLEventStore(
    connectionString: string,
    options: {
      readonly connectionOptions: { readonly pool: Pool };
      readonly schema: { readonly autoMigration: 'None' };
    },
  ): PostgresEventStore;
}
