import { type Body } from './dialect';

export interface Unfolded {
  /** The body's fields, those under `data` first. */
  readonly body: Body;
  /** The same fields, those of the envelope first. */
  readonly envelopeView: Body;
  /** A field's full name in what was sent. */
  readonly pathOf: (path: string) => string;
}

/** The body stands under `data` or beside the envelope's fields; both look alike afterwards. */
export function unfold(json: Body): Unfolded {
  const { data, ...outer } = json;
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return { body: json, envelopeView: json, pathOf: (path) => path };
  }
  const inner = data as Body;
  const pathOf = (path: string): string => {
    const [first = ''] = path.split('.');
    return Object.hasOwn(outer, first) && !Object.hasOwn(inner, first) ? path : `data.${path}`;
  };
  return { body: { ...outer, ...inner }, envelopeView: { ...inner, ...outer }, pathOf };
}
