// After vite: puts what every first visit needs into the page itself, and compresses all files.
//
// On a slow line each file in a row costs a round trip of two seconds. The first script and the
// styles are therefore written into index.html. Desks that come later import from the first script
// by its name; the file of that name hands them what already runs in the page.

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('./dist/', import.meta.url));
const read = (path) => readFile(join(dist, path), 'utf8');
const SHARED = '__karkhana';

/** The exports of a bundled module: [name inside, name outside]. */
function exportsOf(clause) {
  return clause.split(',').map((one) => {
    const [inside, outside = inside] = one.trim().split(/\s+as\s+/);
    return [inside, outside];
  });
}

/** The module as an inline script that keeps its exports, and the file that hands them on. */
function inlined(code) {
  const found = /export\s*\{([^{}]*)\};?\s*$/.exec(code);
  if (!found) return { script: code, facade: '' };
  const names = exportsOf(found[1]);
  const kept = names.map(([inside, outside]) => `get ${outside}(){return ${inside}}`);
  const handed = names.map(([, outside]) => `${outside} as _${outside}`);
  const script = `${code.slice(0, found.index)}globalThis.${SHARED}={${kept.join()}};`;
  const taken = handed.map((one) => one.replace(' as ', ':')).join();
  const given = names.map(([, outside]) => `_${outside} as ${outside}`).join();
  const facade = `const {${taken}}=globalThis.${SHARED};export{${given}};`;
  return { script, facade };
}

/** Text that may stand between script tags, with addresses that hold at any path. */
const embedded = (code) =>
  code
    .replace(/import\((["'`])\.\//g, 'import($1/assets/')
    .replace(/<(\/?(?:script|style)|!--)/gi, '\\x3C$1');

async function inlineFirstVisit() {
  let html = await read('index.html');
  const script = /<script type="module"[^>]*src="\/(assets\/[^"]+)"[^>]*><\/script>/.exec(html);
  const style = /<link rel="stylesheet"[^>]*href="\/(assets\/[^"]+)"[^>]*>/.exec(html);
  if (!script || !style) throw new Error('index.html names no first script or style');
  const { script: code, facade } = inlined(await read(script[1]));
  // It would be looked for beside the page, and be a round trip of its own.
  if (/(from|import)\s*["'`]\.\//.test(code))
    throw new Error('the first script needs another file: take it out of `shared` in vite.config.ts');
  const css = await read(style[1]);
  // The file that hands things on is fetched beside the rest: no desk waits for it.
  html = html.replace(script[0], `<link rel="modulepreload" href="/${script[1]}" />`);
  html = html.replace(style[0], () => `<style>${css.trim()}</style>`);
  html = html.replace('</body>', () => `<script type="module">${embedded(code)}</script></body>`);
  await writeFile(join(dist, 'index.html'), html);
  await writeFile(join(dist, script[1]), facade);
}

async function compressAll() {
  const entries = await readdir(dist, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !/\.(html|js|css|svg|json|webmanifest)$/.test(entry.name)) continue;
    const bytes = await readFile(path);
    const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
    await writeFile(`${path}.br`, brotliCompressSync(bytes, brotli));
    await writeFile(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  }
}

await inlineFirstVisit();
await compressAll();
