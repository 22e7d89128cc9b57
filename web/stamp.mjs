// Writes, as the last step of the build, which sources the front end was built from: dist/sources.txt. The server
// (service/front_end.py) takes the same sum of the sources beside it, and so notices a front end that was built from others.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const WEB = dirname(fileURLToPath(import.meta.url));
const FOLDERS = ["demo", "desk", "shared", "widget"];
const FILES = ["package-lock.json"];

const within = FOLDERS.flatMap((folder) =>
  readdirSync(join(WEB, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(WEB, join(entry.parentPath, entry.name)).split(sep).join("/")));

const sum = createHash("sha256");
for (const name of [...within, ...FILES].sort()) {
  const content = createHash("sha256").update(readFileSync(join(WEB, name))).digest("hex");
  sum.update(`${name} ${content}\n`);
}
writeFileSync(process.argv[2] ?? join(WEB, "dist", "sources.txt"), `${sum.digest("hex")}\n`);
