import assert from "node:assert/strict";
import { test } from "node:test";

import { HAMMER_CODES, Hammering, endsHammering, fittingInterval } from "../../web/lib/hammering.js";
import { KEY_CODES, isKeyCode } from "../../web/lib/key-codes.js";
import { chordName, keyName, parseChord } from "../../web/lib/key-names.js";
import { complaintNotice, deliveryNotice, hasLetGo } from "../../web/lib/notices.js";
import { companyWords, seatLine, seatLines, tidyName } from "../../web/lib/seat-words.js";
import { shortcutFrom, withShortcut, withoutShortcut } from "../../web/lib/shortcut-list.js";

// Notices

test("only what did not arrive gets a notice; what did takes it away", () => {
  const sentence = "The target does not ask for keys.";
  assert.equal(deliveryNotice({ delivery: "undelivered", down: true, sentence }), sentence);
  assert.equal(deliveryNotice({ delivery: "delivered", down: true, sentence: "" }), "");
  assert.equal(deliveryNotice({ delivery: "queued", down: true, sentence: "On its way." }), "");
});

test("letting a key go does not wipe away why its press was refused", () => {
  assert.equal(deliveryNotice({ delivery: "queued", down: false, sentence: "" }), null);
  assert.equal(deliveryNotice({ delivery: "delivered", down: false, sentence: "" }), null);
  assert.equal(deliveryNotice({ delivery: "undelivered", down: false, sentence: "Gone." }), "Gone.");
});

test("motion that did not arrive, without a word from the server, still gets one", () => {
  assert.match(deliveryNotice({ delivery: "undelivered", mouse: "absolute" }), /did not reach the target/);
});

test("a keyboard that somebody else has can be taken over; nothing else can", () => {
  const taken = { code: "seat_taken", sentence: "Anna is typing.", remedy: "Wait, or take over." };
  assert.deepEqual(complaintNotice(taken), {
    sentence: "Anna is typing. Wait, or take over.", canTake: true,
  });
  for (const code of ["seat_lost", "keys_released", "mouse_missing", "key_unknown"]) {
    assert.deepEqual(complaintNotice({ code, sentence: "So." }), { sentence: "So.", canTake: false });
  }
});

test("what the page holds is forgotten when the server has let go of it, and only then", () => {
  assert.deepEqual(["keys_released", "seat_lost"].map((code) => hasLetGo({ code })), [true, true]);
  assert.deepEqual(["seat_taken", "mouse_missing"].map((code) => hasLetGo({ code })), [false, false]);
});

// Seats

const seat = (id, name, more = {}) => ({ id, name, address: "192.0.2.7", held: 0, is_typing: false, ...more });

test("who is alone is told so in one line", () => {
  assert.equal(companyWords(seatLines([seat("p1", "Anna")], "p1")), "Nobody else is here.");
});

test("others are named, and who types before who is only here", () => {
  const here = [seat("p1", "Anna"), seat("p2", "Berta")];
  assert.equal(companyWords(seatLines(here, "p1")), "Berta is here too.");
  const more = [...here, seat("p3", "Carla", { is_typing: true })];
  assert.equal(companyWords(seatLines(more, "p1")), "Carla is typing.");
  assert.equal(companyWords(seatLines([...here, seat("p3", "Carla")], "p1")), "2 others are here too.");
});

test("one's own typing is no news to oneself", () => {
  const seats = [seat("p1", "Anna", { is_typing: true }), seat("p2", "Berta")];
  assert.equal(companyWords(seatLines(seats, "p1")), "Berta is here too.");
});

test("without a seat of one's own, those of others are counted, and none is not known", () => {
  assert.equal(companyWords(seatLines([seat("p2", "Berta")], null)), "One seat is taken.");
  assert.equal(companyWords([]), "Not known");
});

test("the own seat comes first and is marked; typing and held keys are told", () => {
  const seats = [seat("p2", "Berta", { is_typing: true, held: 1 }), seat("p1", "Anna", { held: 2 })];
  assert.deepEqual(seatLines(seats, "p1").map(({ name, isOwn, state }) => [name, isOwn, state]), [
    ["Anna", true, "holds 2 keys"],
    ["Berta", false, "typing"],
  ]);
  assert.equal(seatLine(seat("p4", "D", { held: 1 }), null).state, "holds a key");
});

test("a seat without a name is called by its address", () => {
  assert.equal(seatLine(seat("p1", ""), null).name, "192.0.2.7");
});

test("a name is one line, printable, and at most forty characters as people count them", () => {
  assert.equal(tidyName("  Anna \n\t B.\u0000\u200b "), "Anna B.");
  assert.equal([...tidyName("😀".repeat(50))].length, 40);
  assert.equal(tidyName(" \u00a0\n"), "");
});

// Names of keys

test("every key has a name, no two the same, and its name and its code both lead back to it", () => {
  const names = KEY_CODES.map(keyName);
  assert.equal(new Set(names).size, KEY_CODES.length);
  for (const code of KEY_CODES) {
    assert.deepEqual(parseChord(keyName(code)), { codes: [code], unknown: [] });
    assert.deepEqual(parseChord(code.toLowerCase()), { codes: [code], unknown: [] });
  }
});

test("no key is listed twice, and what is not listed is none", () => {
  assert.equal(new Set(KEY_CODES).size, KEY_CODES.length);
  assert.equal(isKeyCode("KeyA"), true);
  for (const wrong of ["keya", "Key", "F25", "", "toString"]) assert.equal(isKeyCode(wrong), false, wrong);
});

test("a chord is written as people write it", () => {
  assert.equal(chordName(["ControlLeft", "AltLeft", "Delete"]), "Ctrl+Alt+Del");
  assert.equal(chordName(["MetaLeft", "KeyL"]), "Super+L");
  assert.equal(chordName(["AltRight", "Digit7"]), "AltGr+7");
});

test("a chord is read however people write it, and what is no key is named", () => {
  const read = {
    "ctrl + ALT+del": ["ControlLeft", "AltLeft", "Delete"],
    "Win+l": ["MetaLeft", "KeyL"],
    "alt+sysrq+b": ["AltLeft", "PrintScreen", "KeyB"],
    "Numpad 7": ["Numpad7"],
    "page up": ["PageUp"],
    "AltLeft+F4": ["AltLeft", "F4"],
    "a+a": ["KeyA"],
    "": [],
  };
  for (const [text, codes] of Object.entries(read)) assert.deepEqual(parseChord(text), { codes, unknown: [] });
  assert.deepEqual(parseChord("Ctrl+Blub+x"), { codes: ["ControlLeft", "KeyX"], unknown: ["Blub"] });
});

// Shortcuts

test("a shortcut without a name is called by its keys", () => {
  assert.deepEqual(shortcutFrom({ label: "  ", keys: "ctrl+alt+F2" }), {
    shortcut: { label: "Ctrl+Alt+F2", codes: ["ControlLeft", "AltLeft", "F2"] },
    sentence: "",
  });
});

test("a shortcut's name is one line of at most forty characters", () => {
  const { shortcut } = shortcutFrom({ label: ` Log\nout ${"x".repeat(60)}`, keys: "F1" });
  assert.equal(shortcut.label, `Log out ${"x".repeat(32)}`);
});

test("a shortcut that cannot be is refused with what is wrong and what to write", () => {
  const wrong = {
    "Ctrl+Blub": /No key is called “Blub”\. Write for example/,
    "": /Record the keys, or write/,
    "1+2+3+4+5+6+7+8+9": /9 keys; a shortcut has 8 at most/,
  };
  for (const [keys, sentence] of Object.entries(wrong)) {
    const verdict = shortcutFrom({ label: "x", keys });
    assert.equal(verdict.shortcut, null);
    assert.match(verdict.sentence, sentence);
  }
});

test("adding, changing and removing leave the other shortcuts and the given list as they were", () => {
  const [a, b, c] = ["A", "B", "C"].map((letter) => ({ label: letter, codes: [`Key${letter}`] }));
  const list = Object.freeze([a, b]);
  assert.deepEqual(withShortcut(list, c), [a, b, c]);
  assert.deepEqual(withShortcut(list, c, 0), [c, b]);
  assert.deepEqual(withoutShortcut(list, 0), [b]);
  assert.deepEqual(withoutShortcut(withShortcut(list, a), 0), [b, a], "of two alike only the one meant");
});

// Hammer

const answer = (code, delivery = "delivered", sentence = "") => ({ delivery, code, sentence });

test("the hammer presses once for each beat that finds the last press answered", () => {
  const hammer = new Hammering("F2");
  assert.deepEqual(hammer.beat(), ["F2"]);
  assert.equal(hammer.beat(), null, "nothing piles up while the target takes none");
  hammer.answered(answer("F2"));
  assert.equal(hammer.beat(), null, "down is answered, up is not");
  hammer.answered(answer("F2"));
  assert.deepEqual(hammer.beat(), ["F2"]);
  assert.equal(hammer.pressed, 2);
});

test("answers to other keys and to the mouse are none to the hammer", () => {
  const hammer = new Hammering("F2");
  hammer.beat();
  for (const other of [answer("KeyA"), answer("KeyA"), answer(null), { delivery: "delivered", mouse: "absolute" }]) {
    hammer.answered(other);
  }
  assert.equal(hammer.beat(), null);
});

test("presses that did not arrive are counted once each, with the reason while it lasts", () => {
  const hammer = new Hammering("Delete");
  const play = (delivery, sentence) => {
    hammer.beat();
    hammer.answered(answer("Delete", delivery, sentence));
    hammer.answered(answer("Delete", delivery, sentence));
  };
  play("delivered", "");
  assert.deepEqual(hammer.words("Del"), { count: "Del pressed once.", trouble: "" });
  play("undelivered", "The target is asleep.");
  play("undelivered", "The target is asleep.");
  assert.deepEqual(hammer.words("Del"), {
    count: "Del pressed 3 times. 2 did not reach the target.",
    trouble: "The target is asleep.",
  });
  play("queued", "");
  assert.deepEqual(hammer.words("Del"), {
    count: "Del pressed 4 times. 2 did not reach the target.",
    trouble: "",
  });
});

test("a press whose up was no news after its down was lost is a press that did not arrive", () => {
  const hammer = new Hammering("F2");
  hammer.beat();
  hammer.answered(answer("F2", "undelivered", "Gone."));
  hammer.answered(answer("F2", "queued"));
  assert.deepEqual(hammer.words("F2"), {
    count: "F2 pressed once. 1 did not reach the target.", trouble: "Gone.",
  });
});

test("when everything was let go, the hammer does not wait for answers that will not come", () => {
  const hammer = new Hammering("F2");
  hammer.beat();
  hammer.forget();
  assert.deepEqual(hammer.beat(), ["F2"]);
});

test("the hammer goes on while the target restarts, and ends when the keyboard is somebody else's", () => {
  for (const code of ["keys_released", "mouse_missing"]) assert.equal(endsHammering({ code }), false, code);
  for (const code of ["seat_taken", "seat_lost", "key_unknown"]) {
    assert.equal(endsHammering({ code }), true, code);
  }
});

test("an interval is kept between 50 ms and two seconds; what is no number is the usual 200", () => {
  const fitted = [0, 49, 50, 333.4, 2000, 2001, NaN, Infinity].map(fittingInterval);
  assert.deepEqual(fitted, [50, 50, 50, 333, 2000, 2000, 200, 200]);
});

test("the keys that firmware listens for are offered, and are keys", () => {
  assert.deepEqual(HAMMER_CODES, ["F2", "Delete", "F12", "Escape", "F10", "F8", "Enter"]);
  assert.ok(HAMMER_CODES.every(isKeyCode));
});
