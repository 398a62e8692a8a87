import { type Json, requestOf, type Sender, sourceOf } from '../senders/sender';
import { type Expectation, type Kept, type Vector, type VectorRequest, type VectorSource } from '../vector';

export type Make = (sender: Sender) => Vector[];

export function expected(
  status: number,
  code: string,
  kept: Kept,
  more: Partial<Expectation> = {},
): Expectation {
  return { status, code, kept, ...more };
}

/** What strict sources refuse and absorbing ones keep with a 200. */
export function setAside(sender: Sender, status: number, code: string): Expectation {
  return sender.absorbs ? expected(200, 'quarantined', 'Q', { body: { code } }) : expected(status, code, 'Q');
}

export function vector(
  sender: Sender,
  row: number,
  name: string,
  request: VectorRequest,
  expect: Expectation,
  more: {
    readonly source?: VectorSource;
    readonly before?: readonly VectorRequest[];
    readonly meanwhile?: Vector['meanwhile'];
  } = {},
): Vector {
  const { source = sourceOf(sender), before, meanwhile } = more;
  const { signing } = sender;
  return {
    name: `${sender.profile}: ${name}`,
    row,
    profile: sender.profile,
    source,
    ...(signing === null ? {} : { clock: new Date(signing.at).toISOString() }),
    ...(before === undefined ? {} : { before }),
    ...(meanwhile === undefined ? {} : { meanwhile }),
    request,
    expect,
  };
}

export const ok = expected(200, 'accepted', 'E');
export const open = (sender: Sender, more: Partial<VectorRequest> = {}): VectorRequest =>
  requestOf(sender, sender.opening('T-1'), more);

export const flip = (text: string, at: number): string => {
  const digit = text.charAt(at) === '0' ? '1' : '0';
  return text.slice(0, at) + digit + text.slice(at + 1);
};

export function lacking<T>(from: Readonly<Record<string, T>>, left: string): Record<string, T> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => name !== left));
}

export function without(body: Json, path: string): Json {
  const [head = '', ...rest] = path.split('.');
  const { [head]: value, ...others } = body;
  return rest.length === 0 ? others : { ...others, [head]: without(value as Json, rest.join('.')) };
}
