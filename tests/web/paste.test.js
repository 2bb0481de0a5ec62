import assert from "node:assert/strict";
import { test } from "node:test";

import { countCharacters, fieldOffset, fieldRange } from "../../web/lib/code-points.js";
import { firstChoice, isSameLayout, layoutTitle, matchingLayouts } from "../../web/lib/layouts.js";
import { doubtWords, untypableRows, verdictWords } from "../../web/lib/paste-words.js";
import { Problem } from "../../web/lib/problem.js";
import { isUnderWay, isWorthKeeping, typingWords } from "../../web/lib/typing-words.js";
import { Api } from "../../web/transport/api.js";

// Places in the text

test("characters are counted as the server counts them, an emoji as one", () => {
  assert.equal(countCharacters(""), 0);
  assert.equal(countCharacters("naïve"), 5);
  assert.equal(countCharacters("a😀b\n"), 4);
  assert.equal(countCharacters("e\u0301"), 2, "a combining accent is a character of its own");
});

test("a place counted in characters becomes a place in the text field", () => {
  const text = "a😀b😀c";
  assert.deepEqual([0, 1, 2, 3, 4, 5].map((offset) => fieldOffset(text, offset)), [0, 1, 3, 4, 6, 7]);
  assert.equal(fieldOffset(text, 99), 7, "behind the end is the end: the text may have changed since");
});

test("selecting a character selects all of it", () => {
  const text = "a😀e\u0301日";
  const selected = (...where) => text.slice(...fieldRange(text, ...where));
  assert.equal(selected(1), "😀");
  assert.equal(selected(2, 2), "e\u0301");
  assert.equal(selected(4), "日");
  assert.equal(selected(5), "");
});

test("a half of a pair that stands alone is one character, as in the server's JSON", () => {
  assert.equal(countCharacters("a\ud83db"), 3);
  assert.equal(fieldOffset("a\ud83db", 2), 2);
});

// Layouts

const LAYOUTS = [
  { layout: "at", variant: "", name: "German (Austria)" },
  { layout: "br", variant: "", name: "Portuguese (Brazil)" },
  { layout: "de", variant: "", name: "German" },
  { layout: "de", variant: "deadacute", name: "German (dead acute)" },
  { layout: "de", variant: "neo", name: "German (Neo 2)" },
  { layout: "fr", variant: "bepo", name: "French (BEPO)" },
  { layout: "us", variant: "", name: "English (US)" },
  { layout: "us", variant: "vol", name: "Volapük" },
];
const found = (search) => matchingLayouts(LAYOUTS, search).map(layoutTitle);

test("a few letters find a layout, by its name or by XKB's", () => {
  assert.deepEqual(found("fr"), ["fr(bepo)"]);
  assert.deepEqual(found("neo german"), ["de(neo)"]);
  assert.deepEqual(found("BÉPO"), ["fr(bepo)"]);
  assert.deepEqual(found("volapuk"), ["us(vol)"], "accents need not be typed");
  assert.deepEqual(found("de(neo)"), ["de(neo)"]);
  assert.deepEqual(found("klingon"), []);
});

test("what is written out in full comes first, then what begins so, then the rest in its order", () => {
  assert.deepEqual(found("german"), ["de", "at", "de(deadacute)", "de(neo)"]);
  assert.deepEqual(found("us"), ["us", "at", "us(vol)"]);
  assert.deepEqual(found("  "), LAYOUTS.map(layoutTitle));
});

test("the first layout is the one used last, if it is still there", () => {
  const first = (...wanted) => firstChoice(LAYOUTS, ...wanted)?.name;
  const us = { layout: "us", variant: "" };
  assert.equal(first({ layout: "de", variant: "neo" }, us), "German (Neo 2)");
  assert.equal(first({ layout: "xx", variant: "" }, us), "English (US)");
  assert.equal(first(null, us), "English (US)");
  assert.equal(first({ system: "windows" }, us), "English (US)", "only the system was remembered");
  assert.equal(first(null, {}), "German (Austria)");
  assert.equal(firstChoice([], null, us), null);
});

test("no variant and an empty one are the same", () => {
  assert.ok(isSameLayout({ layout: "de" }, { layout: "de", variant: "" }));
  assert.ok(!isSameLayout({ layout: "de", variant: "neo" }, { layout: "de", variant: "" }));
  assert.ok(!isSameLayout({ layout: "de", variant: "" }, null));
});

// What cannot be typed

const place = (offset, line, column) => ({ offset, line, column });
const UNTYPABLE = [
  {
    character: "ß",
    label: "U+00DF LATIN SMALL LETTER SHARP S",
    count: 1207,
    positions: Array.from({ length: 10 }, (_, index) => place(index, 1, index + 1)),
  },
  { character: "\u00a0", label: "U+00A0 NO-BREAK SPACE", count: 1, positions: [place(2000, 3, 1)] },
];
const VERDICT = { typable: false, characters: 2001, strokes: 0, untypable: UNTYPABLE, different: 2 };
const FINE = { typable: true, characters: 3, strokes: 4, untypable: [], different: 0 };

test("the verdict is a sentence with the size of the text", () => {
  const words = (...asked) => verdictWords(...asked, { replaces: false });
  assert.equal(words("", null).words, "");
  assert.deepEqual(words("abc", null), { tone: "pending", words: "3 characters. Checking…" });
  assert.deepEqual(words("abc", FINE), {
    tone: "good",
    words: "3 characters. All of it can be typed.",
  });
  assert.deepEqual(words("x".repeat(2001), VERDICT), {
    tone: "bad",
    words: "2,001 characters. 2 different characters cannot be typed with this layout:",
  });
  const one = { ...VERDICT, different: 1 };
  assert.match(words("x", one).words, /1 different character cannot/);
});

test("with a replacement the same is a warning", () => {
  const { tone, words } = verdictWords("x", VERDICT, { replaces: true });
  assert.deepEqual([tone, words], ["warn", "2,001 characters. 2 different characters will be replaced:"]);
});

test("every character that cannot be typed is listed with its places, as many as can be read", () => {
  const { rows, more } = untypableRows(VERDICT, { isHidden: false });
  assert.equal(more, "");
  assert.deepEqual(rows[0].places.slice(0, 2), [
    { offset: 0, words: "line 1, column 1" },
    { offset: 1, words: "line 1, column 2" },
  ]);
  assert.equal(rows[0].character, "ß");
  assert.equal(rows[0].places.length, 5);
  assert.equal(rows[0].more, "and 1,202 more");
  assert.equal(rows[1].more, "");
});

test("what would be seen as nothing has its label only", () => {
  const label = "U+0301 COMBINING ACUTE ACCENT";
  const shown = (character) => {
    const untypable = [{ character, label, count: 1, positions: [] }];
    return untypableRows({ untypable, different: 1 }, { isHidden: false }).rows[0].character;
  };
  for (const character of ["\u00a0", "\u0301", "\u0007", "\u200b", "\t"]) assert.equal(shown(character), "");
  for (const character of ["ß", "日", "😀", "€", "„", "e\u0301"]) assert.equal(shown(character), character);
});

test("a letter with its accents is selected as a whole", () => {
  const untypable = [{ character: "e\u0301", label: "", count: 1, positions: [place(0, 1, 1)] }];
  assert.equal(untypableRows({ untypable, different: 1 }, { isHidden: false }).rows[0].length, 2);
});

test("of a hidden text no character is shown, only where it stands", () => {
  const shown = JSON.stringify(untypableRows(VERDICT, { isHidden: true }));
  assert.doesNotMatch(shown, /ß|SHARP|00DF|NO-BREAK/);
  assert.match(shown, /line 3, column 1/);
});

test("of a text in another script the first twenty characters are listed and the others counted", () => {
  const untypable = Array.from({ length: 256 }, (_, index) => ({
    character: String.fromCodePoint(0x4e00 + index),
    label: "",
    count: 1,
    positions: [place(index, 1, index + 1)],
  }));
  const { rows, more } = untypableRows({ untypable, different: 3000 }, { isHidden: false });
  assert.equal(rows.length, 20);
  assert.equal(more, "and 2,980 other characters");
  const { more: one } = untypableRows({ untypable, different: 21 }, { isHidden: false });
  assert.equal(one, "and 1 other character");
});

test("before there is an answer nothing is listed", () => {
  assert.deepEqual(untypableRows(null, { isHidden: false }), { rows: [], more: "" });
});

test("a layout of Windows of which the differences are not known is doubted, one of Linux never", () => {
  const unknown = { ...FINE, windows_covered: false };
  assert.match(doubtWords(unknown, "windows"), /not known/);
  assert.equal(doubtWords(unknown, "linux"), "");
  assert.equal(doubtWords({ ...FINE, windows_covered: true }, "windows"), "");
  assert.equal(doubtWords(FINE, "windows"), "");
  assert.equal(doubtWords(null, "windows"), "");
});

// A text under way

const PEOPLE = {
  ownSeats: ["p1", "p3"],
  seats: [{ id: "p3", name: "Firefox on Linux" }, { id: "p4", name: "Anna" }],
};
const JOB = {
  id: "t1",
  state: "typing",
  typed: 1200,
  total: 20000,
  unsure: false,
  line: 30,
  column: 7,
  replaced: 0,
  owner: "p3",
  sentence: "The text is being typed.",
  remedy: "",
};
const words = (change = {}) => typingWords({ ...JOB, ...change }, PEOPLE);
const buttons = (change) => words(change).actions.map(({ action }) => action);

test("the bar says how far the text is, and whose it is if it is not ours", () => {
  assert.equal(words().headline, "Typing");
  assert.equal(words().count, "typed 1,200 of 20,000");
  assert.equal(words({ replaced: 2 }).count, "typed 1,200 of 20,000, 2 replaced");
  assert.equal(words({ owner: "p4" }).headline, "Typing, started by Anna");
  assert.equal(words({ owner: null }).headline, "Typing, started by a program");
  assert.equal(words({ owner: "p2" }).headline, "Typing, started by somebody who has left");
  assert.equal(words({ owner: "p1" }).headline, "Typing", "before a loss of the connection we were p1");
  assert.equal(typingWords(null, PEOPLE), null);
});

test("what has not reached its end can be cancelled, whoever began it; what rests can go on", () => {
  assert.deepEqual(buttons({ owner: "p4" }), ["pause", "cancel"]);
  assert.deepEqual(buttons({ state: "stalled" }), ["pause", "cancel"]);
  assert.deepEqual(buttons({ state: "paused" }), ["resume", "cancel"]);
  assert.deepEqual(buttons({ state: "interrupted" }), ["resume", "cancel"]);
  for (const state of ["done", "cancelled", "failed"]) assert.deepEqual(buttons({ state }), ["dismiss"]);
});

test("an interrupted text says where it stopped, with the server's sentence and remedy", () => {
  const said = words({ state: "interrupted", sentence: "The target went away.", remedy: "Look first." });
  assert.equal(said.tone, "bad");
  assert.equal(said.stopped, "It stopped before line 30, column 7.");
  assert.equal(said.sentence, "The target went away. Look first.");
});

test("where it is not known whether a character arrived, one may go on before it or after it", () => {
  const change = { state: "interrupted", unsure: true };
  assert.match(words(change).stopped, /at line 30, column 7; whether the character there arrived/);
  assert.deepEqual(buttons(change), ["resume", "skip", "cancel"]);
});

test("what is going on, or was typed to its end, names no place", () => {
  assert.equal(words().stopped, "");
  assert.equal(words({ state: "stalled" }).stopped, "");
  assert.equal(words({ state: "done", typed: 20000 }).stopped, "");
  assert.equal(words({ state: "cancelled", typed: 20000 }).stopped, "");
});

test("where a stalled target may have repeated characters is told, also of a text that is done", () => {
  const [one, other] = [{ line: 3, column: 7, held_ms: 900 }, { line: 12, column: 1 }];
  const sentence = "It may have repeated the character in line 3, column 7.";
  const said = words({ state: "done", typed: 20000, doubtful: [one], sentence, remedy: "Look there." });
  assert.equal(said.tone, "warn");
  assert.equal(said.sentence, `${sentence} Look there.`);
  assert.equal(said.doubt, "", "the sentence has the only place");
  assert.equal(
    words({ doubtful: [one, other] }).doubt,
    "Characters may be repeated near line 3, column 7; line 12, column 1.",
  );
  assert.match(words({ doubtful: Array(7).fill(one) }).doubt, /; 2 more places\.$/);
  assert.equal(words({ doubtful: [] }).tone, "good");
  assert.equal(words().doubt, "", "servers that do not tell");
});

test("an end that needs a look stays until it is put away, and no other does", () => {
  assert.ok(isWorthKeeping({ state: "done", doubtful: [{ line: 1, column: 1 }] }));
  assert.ok(isWorthKeeping({ state: "failed" }));
  assert.ok(isWorthKeeping({ state: "cancelled" }));
  for (const job of [null, { state: "done" }, { state: "done", doubtful: [] }, { state: "typing" }]) {
    assert.ok(!isWorthKeeping(job));
  }
});

test("a state of a newer server is shown by its name, and can be put away", () => {
  assert.equal(words({ state: "cooling_down" }).headline, "cooling down");
  assert.deepEqual(buttons({ state: "cooling_down" }), ["dismiss"]);
});

test("a text is under way until it has ended", () => {
  const states = ["typing", "stalled", "paused", "interrupted", "done", "cancelled", "failed"];
  const underWay = states.filter((state) => isUnderWay({ state }));
  assert.deepEqual(underWay, ["typing", "stalled", "paused", "interrupted"]);
  assert.ok(!isUnderWay(null));
});

// What crosses the network

function recorded(answer, status = 200) {
  const requests = [];
  const fetch = async (address, { method, body }) => {
    requests.push([method, address, body === undefined ? null : JSON.parse(body)]);
    const type = status < 300 ? "application/json" : "application/problem+json";
    return new Response(JSON.stringify(answer), { status, headers: { "Content-Type": type } });
  };
  return { api: new Api({ fetch, base: "http://kvm.test/page/" }), requests };
}

test("typing is asked for as the contract says", async () => {
  const { api, requests } = recorded({});
  const order = { text: "x", layout: "de", variant: "neo", system: "linux", owner: "p3" };
  await api.layouts();
  await api.layoutKeys({ layout: "de", variant: "neo" });
  await api.layoutKeys({ layout: "us" });
  await api.checkTyping(order);
  await api.type(order);
  await api.pauseTyping("t1");
  await api.resumeTyping("t1");
  await api.resumeTyping("t1", 7);
  await api.cancelTyping("t1");
  const base = "http://kvm.test/page/api";
  assert.deepEqual(requests, [
    ["GET", `${base}/layouts`, null],
    ["GET", `${base}/layouts/de/keys?variant=neo`, null],
    ["GET", `${base}/layouts/us/keys?variant=`, null],
    ["POST", `${base}/typing/check`, order],
    ["POST", `${base}/typing`, order],
    ["POST", `${base}/typing/t1/pause`, null],
    ["POST", `${base}/typing/t1/resume`, null],
    ["POST", `${base}/typing/t1/resume`, { at: 7 }],
    ["DELETE", `${base}/typing/t1`, null],
  ]);
});

test("a refused text brings the list of what cannot be typed", async () => {
  const document = { code: "text_untypable", detail: "No.", characters: UNTYPABLE, different: 2 };
  const { api } = recorded(document, 422);
  const problem = await api.type({ text: "ß" }).catch((error) => error);
  assert.ok(problem instanceof Problem);
  assert.equal(problem.code, "text_untypable");
  assert.deepEqual(problem.members.characters, UNTYPABLE);
  assert.equal(problem.members.different, 2);
});

test("a problem without a document has no members", () => {
  assert.deepEqual(Problem.unreachable().members, {});
});
