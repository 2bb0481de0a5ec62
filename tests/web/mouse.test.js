import assert from "node:assert/strict";
import { test } from "node:test";

import { MouseButtons } from "../../web/lib/mouse-buttons.js";
import { mouseChoice } from "../../web/lib/mouse-choice.js";
import { MouseOutbox } from "../../web/lib/mouse-outbox.js";
import { placeOn } from "../../web/lib/mouse-place.js";
import { WheelNotches } from "../../web/lib/wheel.js";

// Where

const PICTURE = { left: 130, top: 42, width: 728, height: 546 };

test("the four corner pixels of the picture are the four corners of the target's screen", () => {
  const [right, bottom] = [130 + 727, 42 + 545];
  assert.deepEqual(placeOn(PICTURE, { x: 130, y: 42 }), { x: 0, y: 0 });
  assert.deepEqual(placeOn(PICTURE, { x: right, y: 42 }), { x: 32767, y: 0 });
  assert.deepEqual(placeOn(PICTURE, { x: 130, y: bottom }), { x: 0, y: 32767 });
  assert.deepEqual(placeOn(PICTURE, { x: right, y: bottom }), { x: 32767, y: 32767 });
});

test("the middle is the middle, whatever the picture's size and however far it is scrolled away", () => {
  const picture = { left: -10.5, top: -300, width: 101, height: 1001 };
  assert.deepEqual(placeOn(picture, { x: 39.5, y: 200 }), { x: 16384, y: 16384 });
});

test("every pixel of the picture is within one target pixel of where it is shown", () => {
  // 720 columns of the target drawn 1000 wide: a host scales 0..32767 to its columns.
  const picture = { left: 0, top: 0, width: 1000, height: 10 };
  for (let x = 0; x < 1000; x += 1) {
    const column = Math.floor((placeOn(picture, { x, y: 0 }).x * 720) / 32768);
    assert.ok(Math.abs(column - (x * 720) / 1000) <= 1, `${x} became column ${column}`);
  }
});

test("beside the picture is no place, unless a drag goes along its edge", () => {
  const beside = [
    [{ x: 129, y: 100 }, { x: 0, y: 3487 }],
    [{ x: 858, y: 100 }, { x: 32767, y: 3487 }],
    [{ x: 130, y: 41 }, { x: 0, y: 0 }],
    [{ x: 400, y: 588 }, { x: 12169, y: 32767 }],
    [{ x: -5000, y: 90_000 }, { x: 0, y: 32767 }],
  ];
  for (const [at, edge] of beside) {
    assert.equal(placeOn(PICTURE, at), null);
    assert.deepEqual(placeOn(PICTURE, at, { isClamped: true }), edge);
  }
});

test("parts of a pixel, as dense screens have, stay within the target's screen", () => {
  const last = { x: 130 + 727.66, y: 42 + 545.99 };
  assert.deepEqual(placeOn(PICTURE, last), { x: 32767, y: 32767 });
});

test("a picture of nothing has no places", () => {
  const nothing = { left: 10, top: 10, width: 0, height: 0 };
  assert.equal(placeOn(nothing, { x: 10, y: 10 }), null);
  assert.equal(placeOn(nothing, { x: 10, y: 10 }, { isClamped: true }), null);
});

// Buttons. The numbers are MouseEvent.buttons: 1 left, 2 right, 4 middle, 8 back, 16 forward.

const on = (button) => ({ button, down: true });
const off = (button) => ({ button, down: false });

test("each bit of `buttons` is the button that UI Events says", () => {
  for (const [bit, button] of [[1, "left"], [2, "right"], [4, "middle"], [8, "back"], [16, "forward"]]) {
    const buttons = new MouseButtons();
    assert.deepEqual(buttons.changes(bit), [on(button)]);
    assert.deepEqual(buttons.changes(bit), []);
    assert.deepEqual(buttons.changes(0), [off(button)]);
  }
});

test("a second button, which browsers hide in a move, is heard, and one let go in the same instant", () => {
  const buttons = new MouseButtons();
  assert.deepEqual(buttons.changes(1), [on("left")]);
  assert.deepEqual(buttons.changes(3), [on("right")]);
  assert.deepEqual(buttons.changes(4), [off("left"), off("right"), on("middle")]);
});

test("a button let go where nobody told of it comes up with the next event", () => {
  const buttons = new MouseButtons();
  buttons.changes(1);
  assert.deepEqual(buttons.changes(0), [off("left")]);
  assert.equal(buttons.isHeld, false);
});

test("what is pressed before the mouse is given stays nothing until it was up", () => {
  const buttons = new MouseButtons();
  buttons.ignore(1);
  assert.deepEqual(buttons.changes(1), []);
  assert.deepEqual(buttons.changes(3), [on("right")]);
  assert.deepEqual(buttons.changes(2), []);
  assert.deepEqual(buttons.changes(3), [on("left")]);
});

test("whatever may be down when nobody knows is ignored, each until it was up", () => {
  const buttons = new MouseButtons();
  buttons.ignore();
  assert.deepEqual(buttons.changes(1), []);
  assert.deepEqual(buttons.changes(0), []);
  assert.deepEqual(buttons.changes(1), [on("left")]);
});

test("after all was let go, the finger that is still down presses nothing anew", () => {
  const buttons = new MouseButtons();
  buttons.changes(5);
  assert.deepEqual(buttons.releaseAll(), [off("left"), off("middle")]);
  assert.deepEqual(buttons.changes(5), []);
  assert.deepEqual(buttons.changes(4), []);
  assert.deepEqual(buttons.changes(5), [on("left")]);
});

test("whatever happens, presses and releases alternate, and nothing is down after all was let go", () => {
  const random = dice(20_251);
  for (let round = 0; round < 200; round += 1) {
    const buttons = new MouseButtons();
    const down = new Set();
    const tell = (news) => {
      for (const { button, down: isDown } of news) {
        assert.notEqual(down.has(button), isDown, "told twice");
        if (isDown) down.add(button);
        else down.delete(button);
      }
    };
    for (let step = 0; step < 60; step += 1) {
      const pick = random(10);
      if (pick < 7) tell(buttons.changes(random(64))); // 32 is a pen's eraser, and no button
      else if (pick < 9) buttons.ignore(random(32));
      else tell(buttons.releaseAll());
      assert.equal(buttons.isHeld, down.size > 0);
    }
    tell(buttons.releaseAll());
    assert.equal(down.size, 0);
  }
});

/** Numbers that are the same in each run: a small linear congruential generator. */
function dice(seed) {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

// Outbox

const rest = (outbox) => {
  const messages = [];
  for (let message = outbox.next(); message; message = outbox.next()) messages.push(message);
  return messages;
};

test("of many places only the newest is told, and once", () => {
  const outbox = new MouseOutbox("absolute");
  for (let x = 0; x < 500; x += 1) outbox.moveTo({ x, y: 7 });
  assert.deepEqual(rest(outbox), [{ mouse: "absolute", x: 499, y: 7 }]);
  outbox.moveTo({ x: 499, y: 7 });
  assert.equal(outbox.next(), null);
});

test("coming back before anybody was told is no news", () => {
  const outbox = new MouseOutbox("absolute");
  outbox.moveTo({ x: 1, y: 1 });
  outbox.next();
  outbox.moveTo({ x: 2, y: 1 });
  outbox.moveTo({ x: 1, y: 1 });
  assert.equal(outbox.isWaiting, false);
  assert.equal(outbox.next(), null);
});

test("a button takes the way before it along, and goes itself with the place it is pressed at", () => {
  const outbox = new MouseOutbox("absolute");
  outbox.moveTo({ x: 5, y: 6 });
  assert.deepEqual(outbox.button("left", true), [
    { mouse: "absolute", x: 5, y: 6 },
    { mouse: "absolute", x: 5, y: 6, button: "left", down: true },
  ]);
  assert.deepEqual(outbox.button("left", false), [
    { mouse: "absolute", x: 5, y: 6, button: "left", down: false },
  ]);
  assert.equal(outbox.next(), null);
});

test("ways add up, parts of a count too", () => {
  const outbox = new MouseOutbox("relative");
  for (let count = 0; count < 5; count += 1) outbox.moveBy(0.5, -1.5);
  assert.deepEqual(outbox.next(), { mouse: "relative", dx: 2, dy: -7 });
  assert.equal(outbox.isWaiting, false);
  outbox.moveBy(0.5, -0.5);
  assert.deepEqual(outbox.next(), { mouse: "relative", dx: 1, dy: -1 });
});

test("what is more than one message can say goes in several, all of it before a button", () => {
  const outbox = new MouseOutbox("relative");
  outbox.moveBy(70_000, 0);
  outbox.turn({ wheel: -130 });
  const messages = outbox.button("right", true);
  assert.equal(messages.at(-1).button, "right");
  assert.ok(messages.slice(0, -1).every((message) => !("button" in message)));
  const sum = (name) => messages.reduce((total, message) => total + (message[name] ?? 0), 0);
  assert.deepEqual([sum("dx"), sum("wheel")], [70_000, -130]);
  assert.ok(messages.every(({ dx = 0, wheel = 0 }) => dx <= 32_767 && wheel >= -127));
});

test("whatever is done between two frames, buttons keep their order and no way is lost", () => {
  const random = dice(7);
  for (let round = 0; round < 100; round += 1) {
    const outbox = new MouseOutbox("relative");
    const sent = [];
    const pressed = [];
    let across = 0;
    for (let step = 0; step < 50; step += 1) {
      const pick = random(4);
      if (pick === 0) {
        const change = [["left", "right", "middle"][random(3)], random(2) === 1];
        pressed.push(change);
        sent.push(...outbox.button(...change));
      } else if (pick === 1) {
        sent.push(...[outbox.next()].filter(Boolean));
      } else {
        const dx = random(2001) - 1000;
        across += dx;
        outbox.moveBy(dx, 0);
      }
    }
    sent.push(...rest(outbox));
    assert.equal(sent.reduce((sum, { dx = 0 }) => sum + dx, 0), across);
    const heard = sent.filter(({ button }) => button).map(({ button, down }) => [button, down]);
    assert.deepEqual(heard, pressed);
  }
});

test("after forgetting, nothing waits and the place is not taken for known", () => {
  const outbox = new MouseOutbox("absolute");
  outbox.moveTo({ x: 1, y: 1 });
  outbox.next();
  outbox.turn({ wheel: 3 });
  outbox.forget();
  assert.equal(outbox.isWaiting, false);
  assert.deepEqual(outbox.button("left", false), [{ mouse: "absolute", button: "left", down: false }]);
  outbox.moveTo({ x: 1, y: 1 });
  assert.deepEqual(outbox.next(), { mouse: "absolute", x: 1, y: 1 });
});

// Wheel

const turned = (deltaY, deltaX = 0, more = {}) => ({ deltaX, deltaY, deltaMode: 0, ...more });

test("one notch is 100 pixels, three lines or a page; down and left are negative", () => {
  const wheel = new WheelNotches();
  assert.deepEqual(wheel.add(turned(100)), { wheel: -1, pan: 0 });
  assert.deepEqual(wheel.add(turned(-300)), { wheel: 3, pan: 0 });
  assert.deepEqual(wheel.add(turned(3, 0, { deltaMode: 1 })), { wheel: -1, pan: 0 });
  assert.deepEqual(wheel.add(turned(-1, 0, { deltaMode: 2 })), { wheel: 1, pan: 0 });
  assert.deepEqual(wheel.add(turned(0, 200)), { wheel: 0, pan: 2 });
  assert.deepEqual(wheel.add(turned(0, -100)), { wheel: 0, pan: -1 });
});

test("a touchpad's small steps add up to whole notches, and none is lost", () => {
  const wheel = new WheelNotches();
  let sum = 0;
  for (let step = 0; step < 1000; step += 1) sum += wheel.add(turned(3.3)).wheel;
  assert.equal(sum, -33);
  const tenths = new WheelNotches();
  sum = 0;
  for (let step = 0; step < 10; step += 1) sum += tenths.add(turned(10)).wheel;
  assert.equal(sum, -1);
});

test("turning back begins anew: the rest of the other direction does not delay it", () => {
  const wheel = new WheelNotches();
  wheel.add(turned(90));
  assert.deepEqual(wheel.add(turned(-100)), { wheel: 1, pan: 0 });
});

test("what a browser made of Shift and the wheel is undone, because the target has the Shift too", () => {
  const wheel = new WheelNotches();
  assert.deepEqual(wheel.add(turned(0, 100, { shiftKey: true })), { wheel: -1, pan: 0 });
});

// Choice

const modes = (choice) => choice.options.map(({ mode, isMissing }) => [mode, isMissing]);

test("without a wish the mouse is absolute, or relative where the target has no other, or off", () => {
  assert.equal(mouseChoice(null, { absolute: true, relative: true }).mode, "absolute");
  assert.equal(mouseChoice(null, { absolute: false, relative: true }).mode, "relative");
  assert.equal(mouseChoice(null, { absolute: false, relative: false }).mode, "off");
});

test("a wish is kept while the target has such a mouse, and off is always to be had", () => {
  assert.equal(mouseChoice("relative", { absolute: true, relative: true }).mode, "relative");
  assert.equal(mouseChoice("relative", { absolute: true, relative: false }).mode, "absolute");
  assert.equal(mouseChoice("off", { absolute: true, relative: true }).mode, "off");
  assert.equal(mouseChoice("sideways", { absolute: true, relative: true }).mode, "absolute");
});

test("a mouse the target does not have cannot be chosen, and its option says why", () => {
  const choice = mouseChoice("absolute", { absolute: true, relative: false });
  assert.deepEqual(modes(choice), [["absolute", false], ["relative", true], ["off", false]]);
  assert.equal(choice.options[1].label, "relative (the target has none)");
});

test("while nothing is known of the target's mice, nothing is ruled out", () => {
  for (const unknown of [null, undefined]) {
    const choice = mouseChoice("relative", unknown);
    assert.equal(choice.mode, "relative");
    assert.deepEqual(modes(choice), [["absolute", false], ["relative", false], ["off", false]]);
    assert.equal(choice.hasAbsolute, true);
  }
  assert.equal(mouseChoice("relative", { absolute: false, relative: true }).hasAbsolute, false);
});
