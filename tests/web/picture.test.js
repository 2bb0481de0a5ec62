import assert from "node:assert/strict";
import { test } from "node:test";

import { displayAspect, fit } from "../../web/lib/aspect.js";
import { FrameRate } from "../../web/lib/frame-rate.js";
import { NewestOnly } from "../../web/lib/newest-only.js";
import { figures, keyboardWords, stageLabel } from "../../web/lib/screen-words.js";
import { parseFrame } from "../../web/lib/video-frame.js";

const bytes = (hex) => Uint8Array.from(hex.split(" "), (byte) => parseInt(byte, 16)).buffer;

test("a frame's header is read as Python's struct packs it with >IQHH", () => {
  // struct.pack(">IQHH", 2**32 - 1, 2**53 + 1, 720, 576), then the first bytes of a JPEG
  const frame = parseFrame(
    bytes("ff ff ff ff 00 20 00 00 00 00 00 01 02 d0 02 40 ff d8 ff e0"),
  );
  assert.equal(frame.sequence, 4_294_967_295);
  assert.equal(frame.capturedUs, 9_007_199_254_740_993n);
  assert.equal(frame.width, 720);
  assert.equal(frame.height, 576);
  assert.deepEqual([...frame.jpeg], [0xff, 0xd8, 0xff, 0xe0]);
});

test("a message without a picture behind its header is refused", () => {
  assert.throws(() => parseFrame(new ArrayBuffer(16)), /16 bytes holds no picture/);
  assert.throws(() => parseFrame(new ArrayBuffer(0)), RangeError);
});

test("a 4:3 picture fills a wide box's height and a tall box's width", () => {
  assert.deepEqual(fit({ width: 1000, height: 600 }, [4, 3]), { width: 800, height: 600 });
  assert.deepEqual(fit({ width: 360, height: 740 }, [4, 3]), { width: 360, height: 270 });
  assert.deepEqual(fit({ width: 800, height: 600 }, [4, 3]), { width: 800, height: 600 });
});

test("a box of nothing shows nothing", () => {
  assert.deepEqual(fit({ width: 0, height: 0 }, [4, 3]), { width: 0, height: 0 });
});

test("720x480 is shown as the status says, and by its pixels only while nothing is said", () => {
  const frame = { width: 720, height: 480 };
  assert.deepEqual(displayAspect({ aspect: [4, 3] }, frame), [4, 3]);
  assert.deepEqual(displayAspect({ aspect: null }, frame), [720, 480]);
  assert.deepEqual(displayAspect(null, null), [4, 3]);
});

test("while one picture is worked on, only the newest of the others waits", async () => {
  const worked = [];
  const overtaken = [];
  const finish = [];
  const work = (item) => {
    worked.push(item);
    return new Promise((resolve) => finish.push(resolve));
  };
  const frames = new NewestOnly(work, (item) => overtaken.push(item));
  for (const item of [1, 2, 3, 4]) frames.offer(item);
  assert.deepEqual([worked, overtaken], [[1], [2, 3]]);
  finish[0]();
  await Promise.resolve();
  assert.deepEqual([worked, overtaken], [[1, 4], [2, 3]]);
  finish[1]();
  await Promise.resolve();
  frames.offer(5);
  assert.deepEqual(worked, [1, 4, 5]);
});

test("a picture that is being worked on when all are forgotten is not shown any more", async () => {
  const shown = [];
  const overtaken = [];
  let finish;
  const work = async (item, isWanted) => {
    await new Promise((resolve) => (finish = resolve));
    if (isWanted()) shown.push(item);
  };
  const frames = new NewestOnly(work, (item) => overtaken.push(item));
  frames.offer(1);
  frames.offer(2);
  frames.forget(); // a card came, or the connection went
  assert.deepEqual(overtaken, [2]);
  finish();
  await new Promise(setImmediate);
  assert.deepEqual(shown, []);
  frames.offer(3);
  finish();
  await new Promise(setImmediate);
  assert.deepEqual(shown, [3]);
});

test("the frame rate counts what was drawn in the last two seconds and falls to nothing", () => {
  const rate = new FrameRate();
  for (let atMs = 0; atMs < 10_000; atMs += 40) rate.drawn(atMs);
  assert.equal(rate.perSecond(9_960), 25);
  assert.equal(rate.perSecond(10_960), 13);
  assert.equal(rate.perSecond(20_000), 0);
});

test("the figures tell size, rate and round trip, and call an unchanging picture still", () => {
  const frame = { width: 720, height: 480 };
  assert.equal(figures(frame, 30, 17.6), "720 × 480 · 30 frames/s · round trip 18 ms");
  assert.equal(figures(frame, 1, null), "720 × 480 · 1 frame/s");
  assert.equal(figures(frame, 0, null), "720 × 480 · still picture");
  assert.equal(figures(null, 30, 0.2), "round trip 1 ms");
});

const HERE = {
  isOnline: true, isCaptured: false, isTouch: false, mouse: "absolute", isLocked: false, holdsEscape: false,
};
const GIVEN = { ...HERE, isCaptured: true };

test("the line below the picture says how to begin, and that the first click is not the target's", () => {
  assert.match(keyboardWords(HERE), /^Click the picture to type and point.*first click is not sent/);
  assert.match(keyboardWords({ ...HERE, isTouch: true }), /^Tap the picture.*first tap is not sent/);
  assert.match(keyboardWords({ ...HERE, mouse: "relative" }), /^Click the picture to give keyboard and mouse/);
  assert.equal(keyboardWords({ ...HERE, mouse: "off" }), "Click the picture to type on the target.");
});

test("once given, the line says what the target has and how to get it back", () => {
  const ways = {
    "Keyboard and mouse go to the target. To leave: click outside or Ctrl+Alt+Shift.": {},
    "Keyboard goes to the target. To leave: click outside or Ctrl+Alt+Shift.": { mouse: "off" },
    "Keyboard goes to the target. Click the picture to give it the mouse too.": { mouse: "relative" },
    "Keyboard and mouse go to the target. To leave: Esc or Ctrl+Alt+Shift.": {
      mouse: "relative", isLocked: true,
    },
    // With the keyboard lock of a full screen, a short Escape is the target's.
    "Keyboard and mouse go to the target. To leave: hold Esc or Ctrl+Alt+Shift.": {
      mouse: "relative", isLocked: true, holdsEscape: true,
    },
  };
  for (const [words, more] of Object.entries(ways)) assert.equal(keyboardWords({ ...GIVEN, ...more }), words);
  assert.match(keyboardWords({ ...GIVEN, isTouch: true }), /tap clicks.*long press clicks right.*two fingers/);
});

test("offline, whatever else is the case, nothing reaches the target", () => {
  for (const situation of [HERE, GIVEN, { ...GIVEN, mouse: "relative", isLocked: true }]) {
    assert.match(keyboardWords({ ...situation, isOnline: false }), /^Not connected: nothing/);
  }
});

test("those who do not see the frame are told who has keyboard and mouse", () => {
  assert.match(stageLabel(true), /has keyboard and mouse; Ctrl\+Alt\+Shift takes them back/);
  assert.match(stageLabel(false), /Press Enter/);
});
