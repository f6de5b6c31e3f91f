// After vite: puts what every first visit needs into the page itself, and compresses all files.
//
// On a slow line each file in a row costs a round trip of two seconds. The first script and the
// styles are therefore written into index.html, with what the first script itself imports. Desks
// that come later import from these by their names; the files of those names hand them what already
// runs in the page.

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

/**
 * The module as an inline script that keeps its exports under a name of the page, and the file that
 * hands them on.
 */
function inlined(code, shared) {
  const found = /export\s*\{([^{}]*)\};?\s*$/.exec(code);
  if (!found) return { script: code, facade: '' };
  const names = exportsOf(found[1]);
  const kept = names.map(([inside, outside]) => `get ${outside}(){return ${inside}}`);
  const handed = names.map(([, outside]) => `${outside} as _${outside}`);
  const script = `${code.slice(0, found.index)}globalThis.${shared}={${kept.join()}};`;
  const taken = handed.map((one) => one.replace(' as ', ':')).join();
  const given = names.map(([, outside]) => `_${outside} as ${outside}`).join();
  const facade = `const {${taken}}=globalThis.${shared};export{${given}};`;
  return { script, facade };
}

const STATIC_IMPORT = /import\{([^{}]*)\}from"\.\/([^"]+)";/g;

/** The files that a bundled module imports before it runs. */
const importsOf = (code) => [...code.matchAll(STATIC_IMPORT)].map(([, , file]) => file);

/** The module with its imports taken from scripts that stand before it in the page. */
const linked = (code, sharedOf) =>
  code.replace(STATIC_IMPORT, (_, clause, file) => {
    const names = exportsOf(clause).map(([outside, inside]) => `${outside}:${inside}`);
    return `const{${names.join()}}=globalThis.${sharedOf(file)};`;
  });

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
  const entry = await read(script[1]);
  // What several desks share with the first page, when the bundler has put it into a file apart.
  const before = importsOf(entry);
  const sharedOf = (file) => {
    const place = before.indexOf(file);
    if (place < 0) throw new Error('the first script imports a chain of files');
    return `${SHARED}${place}`;
  };
  const modules = before.map((file) => ({ file: `assets/${file}`, shared: sharedOf(file) }));
  modules.push({ file: script[1], shared: SHARED });
  const blocks = [];
  for (const { file, shared } of modules) {
    const code = linked(await read(file), sharedOf);
    // Whatever `common` of vite.config.ts holds is not for the first page.
    if (/^import\b(?!\()/m.test(code)) throw new Error('the first script imports another file');
    const { script: text, facade } = inlined(code, shared);
    blocks.push(`<script type="module">${embedded(text)}</script>`);
    await writeFile(join(dist, file), facade);
  }
  const css = await read(style[1]);
  // The file that hands things on is fetched beside the rest: no desk waits for it.
  html = html.replace(script[0], `<link rel="modulepreload" href="/${script[1]}" />`);
  html = html.replace(style[0], () => `<style>${css.trim()}</style>`);
  html = html.replace('</body>', () => `${blocks.join('')}</body>`);
  await writeFile(join(dist, 'index.html'), html);
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
