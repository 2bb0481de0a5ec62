import assert from "node:assert/strict";
import { test } from "node:test";

import {
  ARROWS, CHORDS, CONSOLES, EDITING_KEYS, FUNCTION_KEYS, MAGIC_KEYS, MENU_KEYS, strokes,
} from "../../web/lib/chords.js";
import { HeldKeys } from "../../web/lib/held-keys.js";
import { Keystrokes, namelessKey } from "../../web/lib/keystrokes.js";
import { LeaveChord } from "../../web/lib/leave-chord.js";

const on = (code) => ({ code, down: true });
const off = (code) => ({ code, down: false });

/** A keyboard event as browsers make it; `at` in milliseconds. */
const event = (code, { key = "", repeat = false, at = 0 } = {}) => ({
  code,
  key,
  repeat,
  timeStamp: at,
});

/** Plays "+KeyA -KeyA" into `keystrokes` and returns all it sends. */
function play(keystrokes, script) {
  return script.split(" ").flatMap((step) => {
    const it = event(step.slice(1), { at: performance.now() });
    return step[0] === "+" ? keystrokes.pressed(it) : keystrokes.released(it);
  });
}

const playChord = (chord, script) =>
  script.split(" ").map((step) => chord.hear(step.slice(1), step[0] === "+"));

test("a key is news when it goes down and when it comes up, not in between", () => {
  const held = new HeldKeys();
  assert.equal(held.press("KeyA"), true);
  assert.equal(held.press("KeyA"), false);
  assert.equal(held.release("KeyA"), true);
  assert.equal(held.release("KeyA"), false);
});

test("releasing all names what was down, in the order it went down, and holds nothing after", () => {
  const held = new HeldKeys();
  for (const code of ["ShiftLeft", "KeyB", "KeyA"]) held.press(code);
  held.release("KeyB");
  assert.deepEqual(held.releaseAll(), ["ShiftLeft", "KeyA"]);
  assert.deepEqual(held.codes(), []);
});

test("typing a capital sends Shift and the key, down and up", () => {
  assert.deepEqual(play(new Keystrokes(), "+ShiftLeft +KeyA -KeyA -ShiftLeft"), [
    on("ShiftLeft"), on("KeyA"), off("KeyA"), off("ShiftLeft"),
  ]);
});

test("auto-repeat is never sent, not even for a key that was down before the page listened", () => {
  const keystrokes = new Keystrokes();
  assert.deepEqual(keystrokes.pressed(event("Enter", { repeat: true })), []);
  assert.deepEqual(keystrokes.released(event("Enter")), []);
});

test("after everything was let go, a late keyup is not sent", () => {
  const keystrokes = new Keystrokes();
  keystrokes.pressed(event("KeyZ"));
  assert.deepEqual(keystrokes.forget(), ["KeyZ"]);
  assert.deepEqual(keystrokes.released(event("KeyZ")), []);
});

test("AltGr on Windows reaches the target as the right Alt alone", () => {
  const keystrokes = new Keystrokes();
  const sent = [
    ...keystrokes.pressed(event("ControlLeft", { key: "Control", at: 1000 })),
    ...keystrokes.pressed(event("AltRight", { key: "AltGraph", at: 1000.2 })),
    ...keystrokes.pressed(event("KeyQ", { key: "@", at: 1100 })),
    ...keystrokes.released(event("KeyQ", { key: "@", at: 1150 })),
    ...keystrokes.released(event("ControlLeft", { key: "Control", at: 1200 })),
    ...keystrokes.released(event("AltRight", { key: "AltGraph", at: 1200 })),
  ];
  assert.deepEqual(sent, [
    on("ControlLeft"), off("ControlLeft"), on("AltRight"), on("KeyQ"), off("KeyQ"), off("AltRight"),
  ]);
});

test("a Control that a finger pressed before AltGr stays down", () => {
  const keystrokes = new Keystrokes();
  keystrokes.pressed(event("ControlLeft", { key: "Control", at: 1000 }));
  const sent = keystrokes.pressed(event("AltRight", { key: "AltGraph", at: 1080 }));
  assert.deepEqual(sent, [on("AltRight")]);
});

test("Control and a right Alt that is no AltGr are two keys, however fast", () => {
  const keystrokes = new Keystrokes();
  keystrokes.pressed(event("ControlLeft", { key: "Control", at: 1000 }));
  assert.deepEqual(keystrokes.pressed(event("AltRight", { key: "Alt", at: 1000 })), [on("AltRight")]);
});

test("letting Command go releases the keys whose keyup macOS swallowed, but no held modifier", () => {
  const sent = play(new Keystrokes({ isMac: true }), "+ShiftLeft +MetaLeft +KeyC +KeyV -MetaLeft");
  assert.deepEqual(sent.slice(4), [off("KeyC"), off("KeyV"), off("MetaLeft")]);
});

test("on macOS, Caps Lock going on and going off are a full press each", () => {
  const keystrokes = new Keystrokes({ isMac: true });
  assert.deepEqual(play(keystrokes, "+CapsLock"), [on("CapsLock"), off("CapsLock")]);
  assert.deepEqual(play(keystrokes, "-CapsLock"), [on("CapsLock"), off("CapsLock")]);
});

test("elsewhere Caps Lock is a key like any other", () => {
  assert.deepEqual(play(new Keystrokes(), "+CapsLock -CapsLock"), [on("CapsLock"), off("CapsLock")]);
});

test("Print Screen, of which Windows shows only the keyup, is pressed and let go", () => {
  assert.deepEqual(play(new Keystrokes(), "-PrintScreen"), [on("PrintScreen"), off("PrintScreen")]);
  assert.deepEqual(play(new Keystrokes(), "+PrintScreen -PrintScreen"), [
    on("PrintScreen"), off("PrintScreen"),
  ]);
});

test("a virtual keyboard's event without a code is reported in words with its character", () => {
  assert.match(namelessKey({ code: "", key: "é" }), /does not say which key.*“é”.*nothing was sent/);
  assert.match(namelessKey({ code: "", key: "Unidentified" }), /which key that was, so nothing/);
  assert.match(namelessKey({ code: "Unidentified", key: "x" }), /nothing was sent/);
  assert.equal(namelessKey({ code: "KeyE", key: "Process" }), null);
});

test("Ctrl+Alt+Shift alone, let go, takes the keyboard back, once", () => {
  const chord = new LeaveChord();
  assert.deepEqual(
    playChord(chord, "+ControlLeft +AltLeft +ShiftLeft -AltLeft -ShiftLeft -ControlLeft"),
    [false, false, false, true, false, false],
  );
});

test("the three modifiers with another key in between are a shortcut for the target", () => {
  const script = "+ControlLeft +AltLeft +ShiftLeft +KeyT -KeyT -ShiftLeft -AltLeft -ControlLeft";
  const chord = new LeaveChord();
  assert.ok(!playChord(chord, script).includes(true));
  const after = playChord(chord, "+ShiftRight +ControlRight +AltLeft -ControlRight");
  assert.deepEqual(after, [false, false, false, true], "and the next time is a new start");
});

test("Ctrl+Alt+Del, Ctrl+Alt and AltGr+Shift do not take the keyboard back", () => {
  const scripts = [
    "+ControlLeft +AltLeft +Delete -Delete -AltLeft -ControlLeft",
    "+ControlLeft +AltLeft -AltLeft -ControlLeft",
    "+ControlLeft +AltRight +ShiftLeft -ShiftLeft -AltRight -ControlLeft",
  ];
  for (const script of scripts) assert.ok(!playChord(new LeaveChord(), script).includes(true), script);
});

test("a chord goes down in order and comes up in reverse", () => {
  assert.deepEqual(strokes(["ControlLeft", "AltLeft", "Delete"]), [
    on("ControlLeft"), on("AltLeft"), on("Delete"), off("Delete"), off("AltLeft"), off("ControlLeft"),
  ]);
});

test("the buttons are Ctrl+Alt+Del and what firmware menus need", () => {
  const ctrlAltDel = CHORDS.find(({ action }) => action === "ctrl-alt-del");
  assert.deepEqual(ctrlAltDel.codes, ["ControlLeft", "AltLeft", "Delete"]);
  const rows = [MENU_KEYS, ARROWS, EDITING_KEYS, FUNCTION_KEYS];
  const codes = rows.flat().flatMap((each) => each.codes);
  const wanted =
    "Escape Tab Delete Enter ArrowLeft ArrowUp ArrowDown ArrowRight " +
    "Insert Home End PageUp PageDown PrintScreen Pause " +
    "F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12";
  assert.deepEqual(codes, wanted.split(" "));
});

test("what the user's own system swallows has a button: Super, Alt+Tab, Alt+F4, and each console", () => {
  const chords = [...CHORDS, ...CONSOLES.chords].map(({ codes }) => codes.join("+"));
  for (const wanted of ["MetaLeft", "AltLeft+Tab", "AltLeft+F4"]) assert.ok(chords.includes(wanted), wanted);
  for (let number = 1; number <= 12; number += 1) {
    assert.ok(chords.includes(`ControlLeft+AltLeft+F${number}`), `F${number}`);
  }
});

test("the magic keys begin with the six that restart a stuck machine, in their order, each with words", () => {
  // Documentation/admin-guide/sysrq.rst: Alt, SysRq and a command key, held together.
  const letters = MAGIC_KEYS.chords.map(({ codes }) => codes.join("+"));
  assert.deepEqual(
    letters.slice(0, 6),
    [..."REISUB"].map((letter) => `AltLeft+PrintScreen+Key${letter}`),
  );
  for (const { label, name } of MAGIC_KEYS.chords) {
    assert.match(label, /^[A-Z]: [a-z]+ .+/);
    assert.match(name, /^Alt, SysRq and [A-Z]: .+/);
  }
});
