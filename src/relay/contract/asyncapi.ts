import { type z } from 'zod';
import { type TopicKind, topicKinds, topicName } from '../relay-topic';
import { type ContractType, envelopes, typesOn } from './envelope';
import { contractSchemas, type JsonSchema, schemaName } from './json-schema';

const BINDING = '0.5.0';

const DESCRIPTION: Readonly<Record<TopicKind, string>> = {
  'ticket-events':
    'Every event of every ticket that was not rejected, and what casetrail itself announces about them. At least once; ' +
    'first copies in the order of the ticket and complete: `ticketversion` is 1, 2, 3 …, `prevposition` names the ' +
    'record before. A copy may come later, also after newer events of the same ticket.',
  'ticket-rejections':
    'What the guard refused: it changed no status. Complete and in order by `prevposition`, at least once.',
};

export interface Deployment {
  readonly topicPrefix: string;
  /** One partition each. */
  readonly lanes: number;
}

/** AsyncAPI 3 of the topics as this deployment names them. */
export function asyncApiDocument(deployment: Deployment): JsonSchema {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'casetrail: ticket topics',
      version: '1.0.0',
      description:
        'Structured CloudEvents 1.0 JSON; the attributes are repeated as headers. Ignore event types and members that you ' +
        'do not know: within v1 both may be added, and nothing else changes.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/cloudevents+json',
    channels: Object.fromEntries(topicKinds.map((kind) => [kind, channel(kind, deployment)])),
    operations: Object.fromEntries(
      topicKinds.map((kind) => [`publish-${kind}`, { action: 'send', channel: ref('channels', kind) }]),
    ),
    components: {
      messages: Object.fromEntries(
        topicKinds.flatMap((kind) =>
          typesOn[kind].map((type) => [messageName(kind, type), message(kind, type)]),
        ),
      ),
      schemas: {
        ...Object.fromEntries(contractSchemas),
        ...Object.fromEntries(topicKinds.map((kind) => [`${kind}-headers.v1`, headers(kind)])),
      },
    },
  };
}

function channel(kind: TopicKind, { topicPrefix, lanes }: Deployment): JsonSchema {
  const topic = topicName(topicPrefix, kind);
  return {
    address: topic,
    description: DESCRIPTION[kind],
    messages: Object.fromEntries(
      typesOn[kind].map((type) => [type, ref('components/messages', messageName(kind, type))]),
    ),
    bindings: {
      kafka: {
        topic,
        partitions: lanes,
        topicConfiguration: { 'cleanup.policy': ['delete'], 'retention.ms': -1 },
        bindingVersion: BINDING,
      },
    },
  };
}

function message(kind: TopicKind, type: ContractType): JsonSchema {
  return {
    name: `casetrail.${type}.v1`,
    contentType: 'application/cloudevents+json',
    headers: ref('components/schemas', `${kind}-headers.v1`),
    payload: {
      allOf: [
        ref('components/schemas', `${kind}.v1`),
        {
          type: 'object',
          properties: {
            type: { const: `casetrail.${type}.v1` },
            dataschema: { const: `urn:casetrail:schema:${type}:v1` },
            data: ref('components/schemas', schemaName(type)),
          },
        },
      ],
    },
    bindings: {
      kafka: { key: { type: 'string', description: 'tenant/ticket_id' }, bindingVersion: BINDING },
    },
  };
}

/** Every attribute again, as text; traceparent goes by the name that W3C gave it. */
function headers(kind: TopicKind): JsonSchema {
  const names = (keep: (field: z.ZodType) => boolean): string[] =>
    Object.entries<z.ZodType>(envelopes[kind].shape)
      .filter(([name, field]) => !NO_HEADER.has(name) && keep(field))
      .map(([name]) => (name === 'traceparent' ? name : `ce_${name}`));
  const text = { type: 'string' };
  return {
    type: 'object',
    properties: {
      'content-type': { const: 'application/cloudevents+json; charset=UTF-8' },
      ...Object.fromEntries(names(() => true).map((name) => [name, text])),
      replay: {
        const: 'true',
        description: 'A copy sent by `relay replay` outside the chain of prevposition.',
      },
    },
    required: ['content-type', ...names((field) => !field.safeParse(undefined).success)],
  };
}

const NO_HEADER: ReadonlySet<string> = new Set(['datacontenttype', 'after', 'data']);

function ref(place: string, name: string): JsonSchema {
  return { $ref: `#/${place}/${name}` };
}

function messageName(kind: TopicKind, type: ContractType): string {
  return kind === 'ticket-events' ? type : `${type}.rejected`;
}
