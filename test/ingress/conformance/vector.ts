/** One request (or several, of which the last is looked at) and what a conforming receiver makes of it. */
export interface Vector {
  readonly name: string;
  /** Of the check table. */
  readonly row: number;
  readonly profile: string;
  readonly source: VectorSource;
  /** When the receiver's clock must show this instant; such a vector runs only where the clock can be set. */
  readonly clock?: string;
  readonly before?: readonly VectorRequest[];
  /** What is done to the source between them and the request. */
  readonly meanwhile?: 'pause';
  readonly request: VectorRequest;
  readonly expect: Expectation;
}

export interface VectorSource {
  readonly secret: string;
  readonly integration_id: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly tokens?: readonly {
    readonly token: string;
    readonly scopes: readonly string[] | null;
    readonly expires_at: string | null;
  }[];
  /** What was done to it before the requests. */
  readonly change?: 'pause' | 'block' | 'retire' | 'arm' | 'unknown';
}

export interface VectorRequest {
  readonly method: string;
  /** Behind the source's URL. */
  readonly suffix: string;
  /** A value of null: the header is not sent. */
  readonly headers: Readonly<Record<string, string>>;
  /** As a trusted proxy reports it; null: the peer itself is asked. */
  readonly peer: string | null;
  /** Base64. */
  readonly body: string;
  /**
   * chunked: without a declared length. slow: the last byte never comes. huge: declares the length and sends nothing.
   */
  readonly sending?: 'whole' | 'chunked' | 'slow' | 'huge';
}

/** E event, H held, Q quarantine, J journal, C a counter only. */
export type Kept = 'E' | 'H' | 'Q' | 'J' | 'C';

export interface Expectation {
  readonly status: number;
  /** The problem's code, or the status in a 200's body. */
  readonly code: string;
  readonly kept: Kept;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
}
