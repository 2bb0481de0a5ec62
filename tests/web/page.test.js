/** What the files of the page promise as text: nothing from elsewhere, nothing inline. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const web = new URL("../../web/", import.meta.url);

const folders = ["", "lib/", "transport/", "elements/", "style/"];
const files = folders.flatMap((folder) =>
  readdirSync(new URL(folder, web), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => folder + name),
);
const text = (file) => readFileSync(new URL(file, web), "utf8");
const imports = (file) => [...text(file).matchAll(/\bfrom "([^"]+)"|^import "([^"]+)"/gm)];

test("the page loads nothing from another host", () => {
  for (const file of files) {
    const addresses = text(file).match(/(https?:)?\/\/[a-z0-9.-]+\.[a-z]{2,}[^\s"')]*/gi) ?? [];
    const foreign = addresses.filter((address) => address !== "http://www.w3.org/2000/svg");
    assert.deepEqual(foreign, [], file);
  }
});

test("nothing is inline that the content security policy would refuse", () => {
  for (const file of files.filter((name) => /\.(html|js)$/.test(name))) {
    assert.doesNotMatch(text(file), /\sstyle="|\son[a-z]+="|<style|<script>|javascript:/, file);
  }
});

test("imports only look down, and elements do not know one another", () => {
  const allowed = {
    lib: /^\.\//,
    transport: /^(\.\/|\.\.\/lib\/)/,
    elements: /^\.\.\/lib\//,
  };
  for (const file of files.filter((name) => name.includes("/") && name.endsWith(".js"))) {
    for (const [, named, bare] of imports(file)) {
      assert.match(named ?? bare, allowed[file.split("/")[0]], file);
    }
  }
});

test("the lib is pure: no page, no window, no network, no clock of its own", () => {
  for (const file of files.filter((name) => name.startsWith("lib/"))) {
    const code = text(file).replace(/\/\*[^]*?\*\/|\/\/.*/g, "");
    const impure = /\b(document|window|navigator|fetch|WebSocket|setTimeout|setInterval|performance)\b\W/;
    assert.doesNotMatch(code, impure, file);
  }
});

test("Tab goes through the page in the order in which it is drawn: no style changes that order", () => {
  for (const file of files.filter((name) => name.endsWith(".css"))) {
    assert.doesNotMatch(text(file), /(^|[\s;{])order:|-reverse\b|tabindex/, file);
  }
});
