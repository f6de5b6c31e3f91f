// Writes the types of the contract beside the dependencies: they are made, not kept.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const contract = new URL('../schema/openapi.yaml', import.meta.url);
const target = new URL('./node_modules/.contract/schema.d.ts', import.meta.url);

const text = astToString(await openapiTS(contract));
const before = await readFile(target, 'utf8').catch(() => '');
if (text !== before) {
  await mkdir(new URL('.', target), { recursive: true });
  await writeFile(target, text);
}
