import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PLACES = ['README.md', 'docs', 'examples', 'local', 'test'];
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };

function documentsIn(place: string): string[] {
  if (!statSync(place).isDirectory()) return place.endsWith('.md') ? [place] : [];
  return readdirSync(place)
    .filter((name) => name !== 'node_modules')
    .flatMap((name) => documentsIn(join(place, name)));
}

/** What GitHub makes of a heading, for links to it. */
function anchorOf(heading: string): string {
  const text = heading.replace(/`/g, '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  return text
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, (code) => '`'.repeat(code.length));
}

/** The links of a document that lead nowhere: to no file, or to no heading of it. */
function deadLinks(document: string, text: string): string[] {
  const links = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return links.filter((target) => {
    if (/^\w+:/.test(target)) return false;
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? document : join(dirname(document), path);
    if (!existsSync(file)) return true;
    if (anchor === undefined || !file.endsWith('.md')) return false;
    const headings = readFileSync(file, 'utf8').match(/^#+ .*$/gm) ?? [];
    return !headings.some((heading) => anchorOf(heading.replace(/^#+ /, '')) === anchor);
  });
}

/** Scripts that a document tells to run and that there are not. */
function deadCommands(text: string): string[] {
  const named = [...text.matchAll(/\bnpm (?:run (?:-s )?)([a-z][\w:-]*)/g)].map(([, name = '']) => name);
  return [...new Set(named)].filter((name) => scripts[name] === undefined);
}

describe('the documents', () => {
  const documents = PLACES.flatMap(documentsIn);

  it.each(documents)('%s leads to what there is', (document) => {
    const text = readFileSync(document, 'utf8');
    expect([...deadLinks(document, text), ...deadCommands(text)]).toEqual([]);
  });

  it.each(documents.filter((document) => /^docs\/[\w-]+\.md$/.test(document) && !document.endsWith('README.md')))(
    '%s opens with what it answers, and is led to by the index',
    (document) => {
      const [title, opening] = readFileSync(document, 'utf8').split('\n\n');
      expect(title).toMatch(/^# .+$/);
      expect(opening).toMatch(/^(?:\*\*)?[A-Z][^|#`]{30}/);
      expect(readFileSync('docs/README.md', 'utf8')).toContain(`](${document.slice('docs/'.length)})`);
    },
  );

  it('would be found out', () => {
    const text =
      'See [it](none.md), [there](#nowhere), [here](#the-documents) and `npm run nothing`.\n# The documents\n';
    expect(deadLinks('README.md', text)).toEqual(expect.arrayContaining(['none.md', '#nowhere']));
    expect(deadCommands(text)).toEqual(['nothing']);
  });

  it('are all led to from the README, or from a page that it leads to', () => {
    const reached = new Set(['README.md']);
    for (const document of reached) {
      const links = [...readFileSync(document, 'utf8').matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)].map(
        ([, to = '']) => to,
      );
      for (const link of links.filter((target) => !/^\w+:/.test(target))) {
        const target = join(dirname(document), link).replace(/\/$/, '');
        if (!existsSync(target)) continue;
        // A folder shows its pages.
        const pages = statSync(target).isDirectory() ? documentsIn(target) : [target];
        for (const page of pages.filter((name) => name.endsWith('.md'))) reached.add(page);
      }
    }
    expect(documents.filter((document) => document.startsWith('docs') && !reached.has(document))).toEqual([]);
  });
});
