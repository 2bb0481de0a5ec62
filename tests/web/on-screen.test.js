import assert from "node:assert/strict";
import { test } from "node:test";

import { keyboardPlan, neighbour } from "../../web/lib/keyboard-plan.js";
import {
  capName, drawnLabels, hasAltGr, keycaps, levelOf, nameCaps, shapeOf, writes,
} from "../../web/lib/keycaps.js";
import { OnScreenKeys, isModifier } from "../../web/lib/on-screen-keys.js";

// Where the keys stand

// Typed from the keyboards themselves: a PC keyboard of 104 keys, row by row from the top left.
const ANSI_104 = `
  Escape F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12 PrintScreen ScrollLock Pause
  Backquote Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal Backspace
  Insert Home PageUp NumLock NumpadDivide NumpadMultiply NumpadSubtract
  Tab KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight Backslash
  Delete End PageDown Numpad7 Numpad8 Numpad9 NumpadAdd
  CapsLock KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Enter Numpad4 Numpad5 Numpad6
  ShiftLeft KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash ShiftRight ArrowUp
  Numpad1 Numpad2 Numpad3 NumpadEnter
  ControlLeft MetaLeft AltLeft Space AltRight MetaRight ContextMenu ControlRight
  ArrowLeft ArrowDown ArrowRight Numpad0 NumpadDecimal`.trim().split(/\s+/);

const codes = (plan) => plan.keys.map(({ code }) => code);
const find = (plan, wanted) => plan.keys.find(({ code }) => code === wanted);

/** Every shape there is. */
function* shapes() {
  const flags = ["isNarrow", "isIso", "hasNumpad", "hasRo", "hasYen"];
  for (let bits = 0; bits < 2 ** flags.length; bits += 1) {
    yield Object.fromEntries(flags.map((flag, index) => [flag, Boolean(bits & (1 << index))]));
  }
}

test("the keyboard has the 104 keys of a PC, and with the key left of Z 105", () => {
  assert.equal(ANSI_104.length, 104);
  assert.deepEqual(codes(keyboardPlan({ hasNumpad: true })).sort(), [...ANSI_104].sort());
  const iso = codes(keyboardPlan({ hasNumpad: true, isIso: true }));
  assert.deepEqual(iso.sort(), [...ANSI_104, "IntlBackslash"].sort());
});

test("in no shape do two keys overlap, or stand outside, or come twice", () => {
  const inside = 1e-9; // fractions of narrow rows are not exact
  for (const shape of shapes()) {
    const plan = keyboardPlan(shape);
    assert.equal(new Set(codes(plan)).size, plan.keys.length, JSON.stringify(shape));
    for (const [index, one] of plan.keys.entries()) {
      assert.ok(one.x >= 0 && one.x + one.width <= plan.across + inside, one.code);
      assert.ok(one.y >= 0 && one.y + one.height <= plan.down + inside, one.code);
      for (const other of plan.keys.slice(index + 1)) {
        const isApart =
          one.x + one.width <= other.x + inside ||
          other.x + other.width <= one.x + inside ||
          one.y + one.height <= other.y + inside ||
          other.y + other.height <= one.y + inside;
        assert.ok(isApart, `${one.code} and ${other.code} in ${JSON.stringify(shape)}`);
      }
    }
  }
});

test("every row of the main block ends where the others end", () => {
  for (const shape of shapes()) {
    const plan = keyboardPlan({ ...shape, isNarrow: false });
    const ends = ["F12", "Backspace", "Enter", "ShiftRight", "ControlRight"].map((code) => {
      const { x, width } = find(plan, code);
      return x + width;
    });
    assert.deepEqual(ends, [15, 15, 15, 15, 15], JSON.stringify(shape));
  }
});

test("Enter is tall with the key left of Z, and Backslash then stands left of it", () => {
  const iso = keyboardPlan({ isIso: true });
  assert.equal(find(iso, "Enter").height, 2);
  assert.equal(find(iso, "Backslash").y, find(iso, "KeyA").y);
  const ansi = keyboardPlan({ isIso: false });
  assert.equal(find(ansi, "Enter").height, 1);
  assert.equal(find(ansi, "Backslash").y, find(ansi, "KeyQ").y);
});

test("a telephone held upright has every key that writes, at most fourteen in a row", () => {
  for (const shape of shapes()) {
    const wide = keyboardPlan({ ...shape, isNarrow: false });
    const narrow = keyboardPlan({ ...shape, isNarrow: true });
    assert.deepEqual(codes(narrow).filter(writes).sort(), codes(wide).filter(writes).sort());
    for (let row = 0; row < narrow.down; row += 1) {
      const count = narrow.keys.filter(({ y }) => y === row).length;
      assert.ok(count > 0 && count <= 14, JSON.stringify(shape));
    }
  }
});

test("arrow keys walk from key to key, and stay at the edge", () => {
  const { keys } = keyboardPlan({ isIso: true });
  const way = (from, ...ways) => ways.reduce((code, each) => neighbour(keys, code, each), from);
  assert.equal(way("KeyA", "right"), "KeyS");
  assert.equal(way("KeyS", "left", "left"), "CapsLock");
  assert.equal(way("Escape", "left"), "Escape");
  assert.equal(way("Escape", "up"), "Escape");
  assert.equal(way("F12", "right"), "PrintScreen");
  assert.equal(way("KeyP", "right", "right", "right"), "Enter");
  assert.equal(way("Space", "down"), "Space");
  assert.ok(["KeyV", "KeyB", "KeyN"].includes(way("Space", "up")));
});

test("arrow keys reach every key", () => {
  for (const shape of shapes()) {
    const { keys } = keyboardPlan(shape);
    const reached = new Set([keys[0].code]);
    for (const code of reached) {
      for (const way of ["left", "right", "up", "down"]) reached.add(neighbour(keys, code, way));
    }
    assert.equal(reached.size, keys.length, JSON.stringify(shape));
  }
});

// What stands on them

const cap = (code, labels, dead) => ({ code, labels, dead });
// As printed on German and US keyboards.
const GERMAN = keycaps([
  cap("KeyQ", ["q", "Q", "@", "Ω"]),
  cap("KeyE", ["e", "E", "€", ""]),
  cap("Digit2", ["2", '"', "²", ""]),
  cap("Backquote", ["^", "°", "", ""], [true, false, false, false]),
  cap("Comma", [",", ";", "", ""]),
  cap("Period", [".", ":", "", ""]),
  cap("IntlBackslash", ["<", ">", "|", ""]),
]);
const AMERICAN = keycaps([
  cap("KeyQ", ["q", "Q", "", ""]),
  cap("Comma", [",", "<", "", ""]),
  cap("Period", [".", ">", "", ""]),
  cap("Backslash", ["\\", "|", "", ""]),
  cap("IntlBackslash", ["<", ">", "|", "¦"]),
]);

const drawn = (caps, code, held = [], isCapsLocked = false) =>
  drawnLabels(caps.get(code), levelOf(held), isCapsLocked).map(
    ({ level, label, isNow }) => `${level}${label}${isNow ? "!" : ""}`,
  );

test("a key shows its characters in four corners, and which one comes out now", () => {
  assert.deepEqual(drawn(GERMAN, "Digit2"), ["02!", '1"', "2²"]);
  assert.deepEqual(drawn(GERMAN, "Digit2", ["ShiftLeft"]), ["02", '1"!', "2²"]);
  assert.deepEqual(drawn(GERMAN, "Digit2", ["AltRight"]), ["02", '1"', "2²!"]);
  assert.deepEqual(drawn(GERMAN, "Digit2", ["AltRight", "ShiftRight"]), ["02", '1"', "2²"]);
});

test("a letter stands once, small or capital as it would come out", () => {
  assert.deepEqual(drawn(GERMAN, "KeyE"), ["0e!", "2€"]);
  assert.deepEqual(drawn(GERMAN, "KeyE", ["ShiftRight"]), ["0E!", "2€"]);
  assert.deepEqual(drawn(GERMAN, "KeyE", ["AltRight"]), ["0e", "2€!"]);
});

test("Caps Lock makes letters capital, Shift takes that back, and digits do not care", () => {
  assert.deepEqual(drawn(GERMAN, "KeyE", [], true), ["0E!", "2€"]);
  assert.deepEqual(drawn(GERMAN, "KeyE", ["ShiftLeft"], true), ["0e!", "2€"]);
  assert.deepEqual(drawn(GERMAN, "Digit2", [], true), ["02!", '1"', "2²"]);
  assert.deepEqual(drawn(GERMAN, "KeyQ", ["AltRight"], true), ["0Q", "2@!", "3Ω"]);
});

test("where AltGr changes nothing, nothing is repeated in its corner", () => {
  const caps = keycaps([cap("KeyQ", ["q", "Q", "q", "Q"]), cap("Digit1", ["1", "!", "1", "!"])]);
  assert.deepEqual(drawn(caps, "KeyQ"), ["0q!"]);
  assert.deepEqual(drawn(caps, "KeyQ", ["AltRight"]), ["0q!"]);
  assert.deepEqual(drawn(caps, "Digit1", ["AltRight", "ShiftLeft"]), ["01", "1!!"]);
  assert.ok(!hasAltGr(caps));
  assert.ok(hasAltGr(GERMAN));
});

test("dead keys are told from the character itself", () => {
  const [plain, shift] = drawnLabels(GERMAN.get("Backquote"), 0, false);
  assert.deepEqual([plain.label, plain.isDead], ["^", true]);
  assert.deepEqual([shift.label, shift.isDead], ["°", false]);
});

test("the key left of Z is drawn where it writes what no other key writes", () => {
  assert.ok(shapeOf(GERMAN).isIso);
  assert.ok(!shapeOf(AMERICAN).isIso, "XKB has < and > on it for every layout");
  assert.ok(!shapeOf(new Map()).isIso);
});

test("the keys of Brazilian and Japanese keyboards are drawn where the layout has them", () => {
  assert.deepEqual(shapeOf(GERMAN), { isIso: true, hasRo: false, hasYen: false });
  const caps = keycaps([cap("IntlRo", ["/", "?", "", ""]), cap("IntlYen", ["", "", "", ""])]);
  assert.deepEqual(shapeOf(caps), { isIso: false, hasRo: true, hasYen: false });
});

test("every key that the layout says nothing about has a name for readers and for the eye", () => {
  for (const shape of shapes()) {
    for (const code of codes(keyboardPlan(shape)).filter((each) => !writes(each))) {
      const { label, name } = capName(code, shape);
      assert.ok(name.length > 0, code);
      assert.ok(label.length > 0 || code === "Space", code);
    }
  }
});

test("the right Alt is called AltGr where it is one", () => {
  assert.equal(capName("AltRight", { hasAltGr: true }).label, "AltGr");
  assert.equal(capName("AltRight", { hasAltGr: false }).label, "Alt");
});

test("until a layout is known, letters and digits have the names of their keys", () => {
  const caps = nameCaps(["KeyQ", "Digit7", "Comma", "Enter"]);
  assert.deepEqual([...caps].map(([code, { labels }]) => [code, ...labels]), [["KeyQ", "Q"], ["Digit7", "7"]]);
});

// Pressing them

const on = (code) => `+${code}`;
const off = (code) => `-${code}`;
const said = (strokes) => strokes.map(({ code, down }) => (down ? on(code) : off(code)));

/** Taps a key at a time in milliseconds; returns what was sent. */
const tap = (keys, code, at = 0) => said([...keys.press("finger", code), ...keys.release("finger", at)]);

test("a key is down for as long as a finger is on it", () => {
  const keys = new OnScreenKeys();
  assert.deepEqual(said(keys.press(1, "KeyA")), ["+KeyA"]);
  assert.equal(keys.stateOf("KeyA"), "down");
  assert.deepEqual(said(keys.release(1, 9000)), ["-KeyA"]);
  assert.equal(keys.stateOf("KeyA"), "up");
});

test("two fingers on one key press it once, and the last one lets it go", () => {
  const keys = new OnScreenKeys();
  assert.deepEqual(said([...keys.press(1, "KeyA"), ...keys.press(2, "KeyA")]), ["+KeyA"]);
  assert.deepEqual(said(keys.release(1, 0)), []);
  assert.deepEqual(said(keys.release(2, 0)), ["-KeyA"]);
});

test("a tapped modifier serves the next key and goes with it", () => {
  const keys = new OnScreenKeys();
  assert.deepEqual(tap(keys, "ShiftLeft"), ["+ShiftLeft"]);
  assert.equal(keys.stateOf("ShiftLeft"), "sticky");
  assert.deepEqual(tap(keys, "KeyA", 2000), ["+KeyA", "-KeyA", "-ShiftLeft"]);
  assert.equal(keys.stateOf("ShiftLeft"), "up");
  assert.deepEqual(tap(keys, "KeyB", 3000), ["+KeyB", "-KeyB"]);
});

test("several tapped modifiers serve the same key", () => {
  const keys = new OnScreenKeys();
  tap(keys, "ControlLeft", 0);
  tap(keys, "AltLeft", 100);
  assert.deepEqual(tap(keys, "Delete", 900), ["+Delete", "-Delete", "-ControlLeft", "-AltLeft"]);
});

test("two quick taps lock a modifier until it is tapped again", () => {
  const keys = new OnScreenKeys();
  assert.deepEqual([...tap(keys, "AltLeft", 0), ...tap(keys, "AltLeft", 300)], ["+AltLeft"]);
  assert.equal(keys.stateOf("AltLeft"), "locked");
  assert.deepEqual(tap(keys, "Tab", 900), ["+Tab", "-Tab"]);
  assert.deepEqual(tap(keys, "Tab", 1900), ["+Tab", "-Tab"]);
  assert.deepEqual(tap(keys, "AltLeft", 2900), ["-AltLeft"]);
  assert.equal(keys.stateOf("AltLeft"), "up");
});

test("a second tap that comes late takes the modifier back: Super alone opens a menu", () => {
  const keys = new OnScreenKeys();
  assert.deepEqual([...tap(keys, "MetaLeft", 0), ...tap(keys, "MetaLeft", 800)], ["+MetaLeft", "-MetaLeft"]);
});

test("a modifier under a finger while others type is a held key, and not sticky afterwards", () => {
  const keys = new OnScreenKeys();
  keys.press(1, "ShiftLeft");
  assert.deepEqual(said([...keys.press(2, "KeyA"), ...keys.release(2, 10)]), ["+KeyA", "-KeyA"]);
  assert.deepEqual(said([...keys.press(2, "KeyB"), ...keys.release(2, 20)]), ["+KeyB", "-KeyB"]);
  assert.deepEqual(said(keys.release(1, 30)), ["-ShiftLeft"]);
});

test("a sticky modifier waits for both keys when two are down", () => {
  const keys = new OnScreenKeys();
  tap(keys, "ShiftLeft");
  const sent = said([
    ...keys.press(1, "KeyA"),
    ...keys.press(2, "KeyB"),
    ...keys.release(1, 0),
    ...keys.release(2, 0),
  ]);
  assert.deepEqual(sent, ["+KeyA", "+KeyB", "-KeyA", "-KeyB", "-ShiftLeft"]);
});

test("a pointer that the system takes away lets go of its key and makes nothing sticky", () => {
  const keys = new OnScreenKeys();
  keys.press(1, "ShiftLeft");
  assert.deepEqual(said(keys.cancel(1)), ["-ShiftLeft"]);
  keys.press(1, "KeyA");
  assert.deepEqual(said(keys.cancel(1)), ["-KeyA"]);
  assert.deepEqual(said(keys.cancel(1)), [], "the browser reports the end of the capture as well");
  assert.deepEqual(tap(keys, "ShiftLeft"), ["+ShiftLeft"], "and the next tap is a tap");
  assert.equal(keys.stateOf("ShiftLeft"), "sticky");
});

test("letting go of everything lets modifiers go last", () => {
  const keys = new OnScreenKeys();
  tap(keys, "ControlLeft", 0);
  tap(keys, "ControlLeft", 10);
  keys.press(1, "KeyC");
  assert.deepEqual(said(keys.releaseAll()), ["-KeyC", "-ControlLeft"]);
  assert.deepEqual(said(keys.release(1, 0)), [], "the finger that is lifted later is no news");
});

test("after the other end has let go, nothing is held and nothing is sent", () => {
  const keys = new OnScreenKeys();
  tap(keys, "ShiftLeft");
  keys.press(1, "KeyA");
  keys.forget();
  assert.deepEqual(keys.heldCodes(), []);
  assert.deepEqual(said([...keys.release(1, 0), ...keys.releaseAll()]), []);
});

/** Numbers that look random and are the same in every run (Marsaglia's xorshift, 32 bits). */
function numbers(seed) {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

test("whatever fingers do, the target's keys are those drawn as held, and none is left behind", () => {
  const board = ["KeyA", "KeyB", "Enter", "ShiftLeft", "ControlLeft", "AltRight"];
  for (let seed = 1; seed <= 500; seed += 1) {
    const pick = numbers(seed);
    const keys = new OnScreenKeys();
    const target = new Set();
    let now = 0;
    const receive = (strokes, story) => {
      for (const { code, down } of strokes) {
        assert.notEqual(target.has(code), down, `${story}: ${code} ${down ? "down" : "up"} twice`);
        if (down) target.add(code);
        else target.delete(code);
      }
    };
    for (let step = 0; step < 80; step += 1) {
      const pointer = pick(3);
      const story = `seed ${seed}, step ${step}`;
      now += pick(700);
      const deed = pick(20);
      if (deed < 9) receive(keys.press(pointer, board[pick(board.length)]), story);
      else if (deed < 18) receive(keys.release(pointer, now), story);
      else if (deed < 19) receive(keys.cancel(pointer), story);
      else receive(keys.releaseAll(), story);
      assert.deepEqual([...target].sort(), keys.heldCodes().sort(), story);
      const drawnUp = board.filter((code) => keys.stateOf(code) === "up");
      assert.ok(drawnUp.every((code) => !target.has(code)), story);
    }
    for (const pointer of [0, 1, 2]) receive(keys.release(pointer, now), `seed ${seed}`);
    assert.ok([...target].every(isModifier), `seed ${seed}: no key is held without a finger`);
    receive(keys.releaseAll(), `seed ${seed}`);
    assert.deepEqual([...target], [], `seed ${seed}`);
  }
});
