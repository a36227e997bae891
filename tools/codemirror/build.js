// Bundle entry.js into static/vendor/codemirror.min.js, and gather the licences of what is in it.
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const vendor = join(here, "../../static/vendor");
const modules = join(here, "node_modules");
const target = join(vendor, "codemirror.min.js");
const options = {
  absWorkingDir: here,
  bundle: true,
  entryPoints: ["entry.js"],
  format: "iife",
  globalName: "CodeMirror",
  legalComments: "none",
  metafile: true,
  minify: true,
  target: "es2021",
  write: false,
};

const { metafile, outputFiles } = await build(options);
const [{ inputs }] = Object.values(metafile.outputs);
const used = Object.keys(inputs).filter((path) => inputs[path].bytesInOutput > 0);
const names = [...new Set(used.map(packageOf).filter(Boolean))].sort();
const packages = await Promise.all(names.map(describe));

const versions = packages.map(({ name, version }) => `${name} ${version}`).join(", ");
const text = `/* ${versions}. MIT licence: codemirror-LICENSE.txt. Built by tools/codemirror. */\n${outputFiles[0].text}`;
await writeFile(target, text);
await writeFile(join(vendor, "codemirror-LICENSE.txt"), licences());
console.log(`${versions}\n${Buffer.byteLength(text)} bytes, ${gzipSync(text, { level: 9 }).length} with gzip`);

// The name of the package that a bundled file belongs to.
function packageOf(path) {
  return path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1];
}

async function describe(name) {
  const { version, license } = JSON.parse(await readFile(join(modules, name, "package.json"), "utf8"));
  if (license !== "MIT") throw new Error(`${name}: the licence is ${license}, not MIT`);
  const licence = (await readFile(join(modules, name, "LICENSE"), "utf8")).trim();
  return { name, version, licence };
}

// Each licence text once, under the packages that have it.
function licences() {
  const holders = new Map();
  for (const { name, version, licence } of packages) {
    holders.set(licence, [...(holders.get(licence) ?? []), `${name} ${version}`]);
  }
  return [...holders].map(([licence, names]) => `${names.join("\n")}\n\n${licence}\n`).join(`\n${"-".repeat(72)}\n\n`);
}
