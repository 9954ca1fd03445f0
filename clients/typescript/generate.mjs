// Generates src/generated from ../openapi.json: the types of all calls, and the calls that take an Idempotency-Key.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const document = JSON.parse(await readFile(new URL("../openapi.json", import.meta.url), "utf-8"));
const folder = new URL("src/generated/", import.meta.url);
await mkdir(folder, { recursive: true });
await writeFile(new URL("schema.ts", folder), astToString(await openapiTS(document, { defaultNonNullable: false })));

const keyed = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods)
    .filter(([, operation]) => operation.parameters.some(({ name }) => name === "Idempotency-Key"))
    .map(([method]) => `${method.toUpperCase()} ${path}`),
);
await writeFile(new URL("keyed.ts", folder), `export const keyed: ReadonlySet<string> = new Set(${JSON.stringify(keyed, null, 2)});\n`);
