import { z } from 'zod';
import { type Operation, refusalsOf } from './openapi';

const STYLE = `
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1d232b; }
  h2 { margin-top: 2.5rem; border-bottom: 1px solid #d5dae0; }
  details { border: 1px solid #d5dae0; border-radius: 6px; margin: .5rem 0; padding: .5rem .8rem; }
  summary { cursor: pointer; } summary code { font-weight: 600; }
  .needs { color: #5c6875; float: right; } table { border-collapse: collapse; margin: .6rem 0; }
  td { border-top: 1px solid #e6e9ed; padding: .2rem .8rem .2rem 0; vertical-align: top; }
  pre { background: #f5f7f9; border-radius: 6px; overflow: auto; padding: .6rem; font-size: 13px; }
  @media (prefers-color-scheme: dark) {
    body { background: #14181d; color: #dde3ea; } pre { background: #1d232b; } details, h2, td { border-color: #333c47; }
  }`;

/** The same operations for people: one page that needs nothing from anywhere else. */
export function docsPage(operations: readonly Operation[]): string {
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  const sections = tags.map(
    (tag) =>
      `<h2>${escaped(tag)}</h2>${operations
        .filter((operation) => operation.tag === tag)
        .map(section)
        .join('')}`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>casetrail: the API</title>
<meta name="viewport" content="width=device-width"><style>${STYLE}</style></head><body>
<h1>casetrail: the API</h1>
<p>As a document for tools: <a href="/openapi.json">/openapi.json</a>; the Kafka topics: <a
href="/asyncapi.json">/asyncapi.json</a>. Errors are RFC 9457 problems with a <code>code</code>.</p>
${sections.join('\n')}</body></html>`;
}

function section(operation: Operation): string {
  const { method, path, summary, needs, query, body, answers } = operation;
  const scope = needs === 'public' ? 'no token' : `token with "${needs}"`;
  const rows = [
    ...Object.entries(answers).map(([status, { description }]) => [status, description] as const),
    ...Object.entries(refusalsOf(operation)).map(([status, codes]) => [status, codes.join(', ')] as const),
  ].map(([status, text]) => `<tr><td>${status}</td><td>${escaped(text)}</td></tr>`);
  const parameters =
    query === undefined ? '' : `<p>Query: ${escaped(Object.keys(query.shape).join(', '))}</p>`;
  const schema = body === undefined ? '' : `<p>Body:</p><pre>${escaped(schemaText(body))}</pre>`;
  return `<details><summary><span class="needs">${escaped(scope)}</span><code>${method.toUpperCase()} ${escaped(path)}</code>
 ${escaped(summary)}</summary>${parameters}${schema}<table>${rows.join('')}</table></details>`;
}

function schemaText(schema: z.ZodType): string {
  return JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), null, 2);
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
