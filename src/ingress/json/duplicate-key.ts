interface Level {
  /** Null in an array. */
  readonly keys: Set<string> | null;
  /** Of the member or item being read. */
  name: string;
  index: number;
}

/** Any string, and whatever else has a meaning for structure; white space, numbers and literals fall between. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** Where valid JSON first repeats a key. Only asked when it does, so that it may be slow. */
export function findDuplicateKey(text: string): string {
  const levels: Level[] = [];
  let lastString = '';
  for (const [token] of text.matchAll(TOKEN)) {
    const level = levels.at(-1);
    if (token === '{') levels.push({ keys: new Set(), name: '', index: 0 });
    else if (token === '[') levels.push({ keys: null, name: '0', index: 0 });
    else if (token === '}' || token === ']') levels.pop();
    else if (token === ',') nextItem(level);
    else if (token !== ':') lastString = token;
    else if (level?.keys) {
      level.name = JSON.parse(lastString) as string;
      if (level.keys.has(level.name)) return levels.map(({ name }) => name).join('.');
      level.keys.add(level.name);
    }
  }
  return '';
}

function nextItem(level: Level | undefined): void {
  if (level?.keys === null) level.name = String(++level.index);
}
