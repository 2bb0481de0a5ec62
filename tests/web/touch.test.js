import assert from "node:assert/strict";
import { test } from "node:test";

import { TouchGestures } from "../../web/lib/touch-gestures.js";

const finger = (id, x, y, atMs = 0) => ({ id, x, y, atMs });
const at = (x, y) => ({ place: { x, y } });
const on = (button) => ({ button, down: true });
const off = (button) => ({ button, down: false });
const click = (button) => [on(button), off(button)];

/** One finger down and up again at a place. */
function tap(gestures, x, y, atMs) {
  return [...gestures.down(finger(1, x, y, atMs)), ...gestures.up({ id: 1, atMs: atMs + 80 })];
}

test("a tap is a left click where the finger went down", () => {
  assert.deepEqual(tap(new TouchGestures(), 50, 60, 0), [at(50, 60), ...click("left")]);
});

test("a finger that rolls a little is still a tap, at the place it went down", () => {
  const gestures = new TouchGestures();
  gestures.down(finger(1, 50, 60));
  assert.deepEqual(gestures.move(finger(1, 56, 65)), []);
  assert.deepEqual(gestures.up({ id: 1, atMs: 90 }), [at(50, 60), ...click("left")]);
});

test("two quick taps side by side are a double click at one place, a third is a new one", () => {
  const gestures = new TouchGestures();
  tap(gestures, 50, 60, 0);
  assert.deepEqual(tap(gestures, 60, 70, 200), [at(50, 60), ...click("left")]);
  assert.deepEqual(tap(gestures, 61, 71, 400), [at(61, 71), ...click("left")]);
});

test("two taps apart in place or time are two clicks", () => {
  const gestures = new TouchGestures();
  tap(gestures, 50, 60, 0);
  assert.deepEqual(tap(gestures, 90, 60, 200)[0], at(90, 60));
  assert.deepEqual(tap(gestures, 95, 60, 2000)[0], at(95, 60));
});

test("a finger that stays is a right click after half a second, and its going up is nothing", () => {
  const gestures = new TouchGestures();
  gestures.down(finger(1, 50, 60, 1000));
  assert.equal(gestures.dueAtMs, 1500);
  assert.deepEqual(gestures.tick(1499), []);
  assert.deepEqual(gestures.tick(1500), [at(50, 60), ...click("right")]);
  assert.equal(gestures.dueAtMs, null);
  assert.deepEqual(gestures.move(finger(1, 90, 90)), []);
  assert.deepEqual(gestures.up({ id: 1, atMs: 1700 }), []);
});

test("a drag presses where it began, goes along, and lets go", () => {
  const gestures = new TouchGestures();
  gestures.down(finger(1, 50, 60));
  assert.deepEqual(gestures.move(finger(1, 70, 60)), [at(50, 60), on("left"), at(70, 60)]);
  assert.equal(gestures.dueAtMs, null, "no long press any more");
  assert.deepEqual(gestures.move(finger(1, 80, 61)), [at(80, 61)]);
  assert.deepEqual(gestures.up({ id: 1, atMs: 900 }), [off("left")]);
});

test("a second finger during a drag changes nothing", () => {
  const gestures = new TouchGestures();
  gestures.down(finger(1, 50, 60));
  gestures.move(finger(1, 70, 60));
  assert.deepEqual(gestures.down(finger(2, 200, 200)), []);
  assert.deepEqual(gestures.move(finger(2, 210, 260)), []);
  assert.deepEqual(gestures.up({ id: 2, atMs: 700 }), []);
  assert.deepEqual(gestures.move(finger(1, 75, 60)), [at(75, 60)]);
  assert.deepEqual(gestures.up({ id: 1, atMs: 900 }), [off("left")]);
});

test("two fingers scroll by the way of the middle between them, and never click", () => {
  const gestures = new TouchGestures();
  gestures.down(finger(1, 50, 100));
  gestures.down(finger(2, 90, 100));
  assert.equal(gestures.dueAtMs, null);
  const acts = [
    ...gestures.move(finger(1, 50, 80)),
    ...gestures.move(finger(2, 90, 80)),
    ...gestures.up({ id: 1, atMs: 300 }),
    ...gestures.move(finger(2, 90, 20)),
    ...gestures.up({ id: 2, atMs: 400 }),
  ];
  assert.deepEqual(acts, [{ scroll: { x: 0, y: -10 } }, { scroll: { x: 0, y: -10 } }]);
});

test("fingers that the system takes away end a drag, and leave no click behind", () => {
  const gestures = new TouchGestures();
  gestures.down(finger(1, 50, 60));
  gestures.move(finger(1, 90, 60));
  assert.deepEqual(gestures.cancel(), [off("left")]);
  assert.deepEqual(gestures.up({ id: 1, atMs: 100 }), []);
  gestures.down(finger(1, 50, 60));
  assert.deepEqual(gestures.cancel(), []);
  assert.deepEqual(gestures.up({ id: 1, atMs: 100 }), []);
});

test("after any dance of fingers, every press has its release", () => {
  let state = 11;
  const random = (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
  for (let round = 0; round < 300; round += 1) {
    const gestures = new TouchGestures();
    const acts = [];
    for (let step = 0; step < 40; step += 1) {
      const atMs = step * 100;
      const id = random(3);
      const where = finger(id, random(300), random(300), atMs);
      const pick = random(8);
      if (pick < 2) acts.push(...gestures.down(where));
      else if (pick < 5) acts.push(...gestures.move(where));
      else if (pick < 7) acts.push(...gestures.up({ id, atMs }));
      else acts.push(...gestures.tick(atMs));
    }
    acts.push(...gestures.cancel());
    const held = new Set();
    for (const { button, down } of acts.filter((act) => act.button)) {
      assert.notEqual(held.has(button), down);
      if (down) held.add(button);
      else held.delete(button);
    }
    assert.equal(held.size, 0);
  }
});
