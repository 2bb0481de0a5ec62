import assert from "node:assert/strict";
import { test } from "node:test";

import { BackOff } from "../../web/lib/back-off.js";
import { driveChoice, followsDrive } from "../../web/lib/drive-choice.js";
import { Heartbeat } from "../../web/lib/heartbeat.js";
import { Problem } from "../../web/lib/problem.js";
import { humanSize } from "../../web/lib/sizes.js";
import {
  canReplug, canWake, cableHeadline, driveWords, hostDetail, hostHeadline, mouseHeadline, pictureHeadline,
} from "../../web/lib/words.js";

const BOTH = { name: "debian.iso", modes: ["cdrom", "disk"], reason: null };
const DISK_ONLY = { name: "big.iso", modes: ["disk"], reason: "big.iso has 5 GB." };
const EMPTY = { shown: true, image: null, mode: null };
const HIDDEN = { shown: false, image: null, mode: null };
const LOADED = { shown: true, image: "debian.iso", mode: "cdrom" };

test("sizes have a unit and three digits at most", () => {
  const expected = {
    0: "0 bytes",
    1: "1 byte",
    999: "999 bytes",
    1000: "1 kB",
    614_400: "614 kB",
    999_500: "1 MB",
    6_291_456: "6.3 MB",
    734_003_200: "734 MB",
    2_359_293_952: "2.4 GB",
    9_960_000_000: "10 GB",
    5_000_000_000_000_000: "5000 TB",
  };
  for (const [size_bytes, words] of Object.entries(expected)) {
    assert.equal(humanSize(Number(size_bytes)), words);
  }
});

test("each pause is twice the last, up to five seconds, and success begins anew", () => {
  const backOff = new BackOff(() => 0.5);
  const waits = Array.from({ length: 6 }, () => backOff.next());
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 5000, 5000]);
  backOff.succeeded();
  assert.equal(backOff.next(), 500);
});

test("pauses are spread by a fifth either way, so that pages do not return in step", () => {
  assert.equal(new BackOff(() => 0).next(), 400);
  assert.equal(new BackOff(() => 0.999999).next(), 600);
});

test("a heartbeat measures the round trip and ignores pongs nobody asked for", () => {
  const heartbeat = new Heartbeat();
  const ping = heartbeat.beat(1000);
  assert.equal(heartbeat.heard(ping + 7, 1010), null);
  assert.equal(heartbeat.heard(ping, 1018), 18);
  assert.equal(heartbeat.heard(ping, 1020), null);
});

test("eight seconds without an answer is a dead connection", () => {
  const heartbeat = new Heartbeat();
  heartbeat.beat(0);
  assert.notEqual(heartbeat.beat(8000), null);
  assert.equal(heartbeat.beat(8001), null);
});

test("a hidden tab whose timers ran once a minute is no dead connection", () => {
  const heartbeat = new Heartbeat();
  heartbeat.heard(heartbeat.beat(0), 20);
  assert.notEqual(heartbeat.beat(60_000), null);
});

test("a problem document gives code, sentence, remedy and the waiting time", async () => {
  const body = { title: "x", status: 429, detail: "Too many.", code: "too_many_attempts", remedy: "Wait." };
  const headers = { "Content-Type": "application/problem+json", "Retry-After": "30" };
  const problem = await Problem.fromResponse(
    new Response(JSON.stringify(body), { status: 429, headers }),
  );
  const { code, sentence, remedy, status, retryAfterS } = problem;
  assert.deepEqual(
    { code, sentence, remedy, status, retryAfterS },
    { code: "too_many_attempts", sentence: "Too many.", remedy: "Wait.", status: 429, retryAfterS: 30 },
  );
});

test("a proxy's error page becomes a problem that names the status", async () => {
  const headers = { "Content-Type": "text/html" };
  const problem = await Problem.fromResponse(new Response("<h1>Bad", { status: 502, headers }));
  assert.equal(problem.code, "http_502");
  assert.equal(problem.sentence, "The server answered with error 502.");
});

test("a broken problem document, or one whose detail is no text, still says something", async () => {
  const headers = { "Content-Type": "application/json", "Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT" };
  for (const body of ["{", "null", '{"detail": [{"loc": ["body"]}]}']) {
    const problem = await Problem.fromResponse(new Response(body, { status: 422, headers }));
    assert.equal(problem.sentence, "The server answered with error 422.");
    assert.equal(problem.retryAfterS, null);
  }
});

test("every state a UDC can be in has words", () => {
  // Documentation/ABI/stable/sysfs-class-udc prints these; the last four are our own.
  const states = [
    "not attached", "attached", "powered", "reconnecting", "unauthenticated", "default", "addressed",
    "configured", "suspended", "no_udc", "several_udcs", "unbound", "no_gadgetd",
  ];
  for (const state of states) {
    const { words } = cableHeadline({ state });
    assert.ok(words.length > 3 && !words.includes("_"), state);
  }
  assert.deepEqual(cableHeadline({ state: "configured" }), { tone: "good", words: "Connected" });
  assert.equal(cableHeadline({ state: "not attached" }).words, cableHeadline({ state: "not_attached" }).words);
});

test("a state this page does not know is shown by its own name, with some worry", () => {
  assert.deepEqual(pictureHeadline({ state: "too_hot" }), { tone: "warn", words: "Too hot" });
  assert.deepEqual(cableHeadline({ state: "constructor" }).words, "Constructor");
});

test("what nobody has told yet is not known", () => {
  const headlines = [cableHeadline(undefined), hostHeadline(undefined), pictureHeadline(undefined)];
  for (const headline of headlines) {
    assert.deepEqual(headline, { tone: "pending", words: "Not known" });
  }
  assert.equal(driveWords(null, humanSize), "Not known");
});

test("the host listens or does not", () => {
  assert.equal(hostHeadline({ collecting: true }).tone, "good");
  assert.equal(hostHeadline({ collecting: false }).tone, "warn");
});

test("the keyboard's sentence is shown when it does not listen, and only then", () => {
  const sentence = "The target does not ask for keys.";
  assert.equal(hostDetail({ collecting: false, sentence }), sentence);
  assert.equal(hostDetail({ collecting: true, sentence: "Keys reach the target." }), "");
  assert.equal(hostDetail(undefined), "");
});

test("text that is being typed is what the keyboard does then, unless the target takes nothing", () => {
  assert.equal(hostHeadline({ collecting: true, typing: true }).words, "Text is being typed");
  assert.equal(hostHeadline({ collecting: false, typing: true }).words, "Not listening");
});

test("the mouse says which kinds the target sees, and what is held", () => {
  const mouse = { absolute: true, relative: true, held: [] };
  assert.deepEqual(mouseHeadline(mouse), { tone: "good", words: "Absolute, relative" });
  assert.equal(mouseHeadline({ ...mouse, relative: false }).words, "Absolute only");
  assert.equal(mouseHeadline({ ...mouse, absolute: false, held: ["left", "right"] }).words,
    "Relative only, left and right held");
  assert.deepEqual(mouseHeadline({ absolute: false, relative: false }), { tone: "pending", words: "None" });
  assert.equal(mouseHeadline(undefined).words, "Not known");
});

test("only a target that sleeps can be woken up, and only what has a controller can be replugged", () => {
  assert.equal(canWake({ state: "suspended" }), true);
  assert.equal(canWake({ state: "configured" }), false);
  assert.equal(canWake(undefined), false);
  const able = ["not_attached", "default", "configured", "suspended", "unbound"];
  for (const state of able) assert.equal(canReplug({ state }), true, state);
  for (const state of ["no_gadgetd", "no_udc", "several_udcs"]) assert.equal(canReplug({ state }), false, state);
  assert.equal(canReplug(undefined), false);
});

test("the drive says what is in it, how, and how large", () => {
  const drive = { ...LOADED, size_bytes: 734_003_200 };
  assert.equal(driveWords(drive, humanSize), "debian.iso (CD-ROM, 734 MB)");
  assert.equal(driveWords({ ...drive, mode: "disk", size_bytes: null }, humanSize), "debian.iso (disk)");
});

test("a drive without a medium that the target sees is told in the server's words", () => {
  // Without gadgetd nobody knows: "no drive" would be a guess, and often a wrong one.
  for (const sentence of [
    "What the target sees is not known without gadgetd.",
    "The target ejected debian.iso. The target sees an empty drive.",
  ]) {
    assert.equal(driveWords({ ...HIDDEN, sentence }, humanSize), sentence);
  }
  const sentence = "debian.iso is inserted, but the target does not see the drive.";
  assert.equal(driveWords({ ...LOADED, shown: false, sentence }, humanSize), sentence);
});

test("the form follows the drive, but not over what somebody has picked and not inserted yet", () => {
  const other = { ...LOADED, image: "other.iso" };
  assert.equal(followsDrive(EMPTY, LOADED, null), true);
  assert.equal(followsDrive(EMPTY, other, "debian.iso"), false); // somebody else was faster
  assert.equal(followsDrive(EMPTY, LOADED, "debian.iso"), true); // it is in now
  assert.equal(followsDrive(LOADED, EMPTY, ""), true);
  // A status that says nothing new about the drive leaves a picked mode alone.
  assert.equal(followsDrive(LOADED, { ...LOADED }, null), false);
});

test("None cannot be inserted", () => {
  assert.equal(driveChoice(null, LOADED, "cdrom").canInsert, false);
});

test("the first medium is announced to interrupt USB; a swap of the same kind is not", () => {
  assert.match(driveChoice(BOTH, HIDDEN, "cdrom").notice, /leave and come back/);
  assert.equal(driveChoice(BOTH, EMPTY, "cdrom").notice, "");
  const swap = driveChoice({ ...BOTH, name: "other.iso" }, LOADED, "cdrom");
  assert.deepEqual([swap.verb, swap.canInsert, swap.notice], ["Swap", true, ""]);
});

test("changing the kind of drive is announced to interrupt USB", () => {
  assert.match(driveChoice(BOTH, LOADED, "disk").notice, /kind of drive changes/);
});

test("what is in the drive already cannot be inserted again", () => {
  assert.equal(driveChoice(BOTH, LOADED, "cdrom").canInsert, false);
  assert.equal(driveChoice(BOTH, LOADED, "disk").canInsert, true);
});

test("an image that cannot be a CD-ROM says why and is offered as a disk", () => {
  const choice = driveChoice(DISK_ONLY, EMPTY, "cdrom");
  assert.equal(choice.mode, "disk");
  assert.equal(choice.verb, "Insert as disk");
  assert.equal(choice.reason, "big.iso has 5 GB. It can go in as a disk.");
});

test("an image that can be nothing says why and cannot be inserted", () => {
  const choice = driveChoice({ name: "x", modes: [], reason: "x is empty." }, EMPTY, "cdrom");
  assert.deepEqual([choice.canInsert, choice.reason], [false, "x is empty."]);
});
