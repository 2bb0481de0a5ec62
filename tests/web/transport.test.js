import assert from "node:assert/strict";
import { test } from "node:test";

import { BackOff } from "../../web/lib/back-off.js";
import { httpAddress, socketAddress } from "../../web/transport/addresses.js";
import { Api } from "../../web/transport/api.js";
import { KeySocket } from "../../web/transport/key-socket.js";
import { LastingSocket } from "../../web/transport/lasting-socket.js";
import { Memory } from "../../web/transport/memory.js";
import { StatusSocket } from "../../web/transport/status-socket.js";
import { VideoSocket } from "../../web/transport/video-socket.js";
import { FakeTime, heard, switchboard } from "./fakes.js";

/** A socket of this kind with everything around it played by the test. */
function made(Kind) {
  const board = switchboard();
  const time = new FakeTime();
  const socket = new Kind("ws://board/api/x", {
    connect: board.connect,
    timers: time,
    now: time.now,
    backOff: new BackOff(() => 0.5),
  });
  return { socket, time, ...board };
}

function opened(Kind) {
  const all = made(Kind);
  all.socket.open();
  all.present().accept();
  return all;
}

const dropPings = (messages) => messages.filter((message) => !("ping" in message));

function frameMessage(sequence) {
  const message = new ArrayBuffer(20);
  new DataView(message).setUint32(0, sequence);
  return message;
}

test("a lost socket tells when it tries again, tries then, and waits longer each time", () => {
  const { socket, sockets, time, present } = made(LastingSocket);
  const news = heard(socket, "lost");
  socket.open();
  present().accept();
  present().hangUp();
  assert.deepEqual(news, [["lost", { retryInMs: 500, wasOpen: true }]]);
  time.pass(499);
  assert.equal(sockets.length, 1);
  time.pass(1);
  assert.equal(sockets.length, 2);
  present().hangUp();
  assert.deepEqual(news[1], ["lost", { retryInMs: 1000, wasOpen: false }]);
  time.pass(1000);
  assert.equal(sockets.length, 3);
});

test("the pause starts small again once the server has said something", () => {
  const { socket, time, present } = made(LastingSocket);
  const news = heard(socket, "lost");
  socket.open();
  present().hangUp();
  time.pass(500);
  present().accept();
  present().say({});
  present().hangUp();
  assert.equal(news[1][1].retryInMs, 500);
});

test("a proxy that accepts and drops at once is not hammered", () => {
  const { socket, time, present } = made(LastingSocket);
  const news = heard(socket, "lost");
  socket.open();
  for (const pause_ms of [500, 1000, 2000]) {
    present().accept();
    present().hangUp();
    time.pass(pause_ms);
  }
  assert.deepEqual(news.map(([, { retryInMs }]) => retryInMs), [500, 1000, 2000]);
});

test("only a word from the server is an answer, and it is told once per connection", () => {
  const { socket, time, present } = made(LastingSocket);
  const news = heard(socket, "answered");
  socket.open();
  present().accept(); // some proxies do that while nobody is behind them
  present().hangUp();
  assert.equal(news.length, 0);
  for (const count of [1, 2]) {
    time.pass(500);
    present().accept();
    present().say({});
    present().say({});
    assert.equal(news.length, count);
    present().hangUp();
  }
});

test("a connection attempt into the void is given up after ten seconds", () => {
  const { socket, sockets, time, present } = made(LastingSocket);
  const news = heard(socket, "lost");
  socket.open();
  const first = present();
  time.pass(10_000);
  assert.equal(first.isClosedByUs, true);
  assert.equal(news.length, 1);
  time.pass(500);
  assert.equal(sockets.length, 2);
  first.hangUp();
  assert.equal(news.length, 1, "and its own late end is not heard any more");
});

test("a session that is over is told once and not retried", () => {
  const { socket, sockets, time, present } = opened(LastingSocket);
  const news = heard(socket, "lost", "refused");
  present().hangUp(4401);
  time.pass(60_000);
  assert.deepEqual(news.map(([type]) => type), ["refused"]);
  assert.equal(sockets.length, 1);
});

test("closing on purpose ends it, also during a pause", () => {
  const { socket, sockets, time, present } = opened(LastingSocket);
  present().hangUp();
  socket.close();
  time.pass(60_000);
  assert.equal(sockets.length, 1);
});

test("trying now ends the pause, and does nothing to a standing connection", () => {
  const { socket, sockets, time, present } = opened(LastingSocket);
  socket.retryNow();
  assert.equal(sockets.length, 1);
  present().hangUp();
  socket.retryNow();
  assert.equal(sockets.length, 2);
  time.pass(9_000);
  assert.equal(sockets.length, 2, "and the pause's own attempt does not come on top");
});

test("nothing is sent or kept while there is no connection", () => {
  const { socket, time, present } = opened(LastingSocket);
  present().hangUp();
  assert.equal(socket.send({ a: 1 }), false);
  time.pass(500);
  present().accept();
  assert.deepEqual(present().sent, []);
  assert.equal(socket.send({ a: 2 }), true);
  assert.deepEqual(present().sent, [{ a: 2 }]);
});

test("keys and releases go out as the contract says", () => {
  const { socket, present } = opened(KeySocket);
  assert.equal(socket.key({ code: "KeyA", down: true }), true);
  socket.key({ code: "KeyA", down: false });
  socket.release();
  assert.deepEqual(dropPings(present().sent), [
    { code: "KeyA", down: true, at: 0 },
    { code: "KeyA", down: false, at: 0 },
    { release: true },
  ]);
});

test("a key pressed while offline is not sent later, when nobody expects it", () => {
  const { socket, time, present } = opened(KeySocket);
  present().hangUp();
  assert.equal(socket.key({ code: "Enter", down: true }), false);
  time.pass(500);
  present().accept();
  assert.deepEqual(dropPings(present().sent), []);
});

test("keys and pings say when they happened, in whole milliseconds of one clock", () => {
  const { socket, time, present } = opened(KeySocket);
  time.pass(250.4);
  socket.key({ code: "KeyA", down: true });
  time.pass(249.6);
  const times = present().sent.map(({ ping, code, at }) => [ping ?? code, at]);
  assert.deepEqual(times, [[1, 0], ["KeyA", 250], [2, 500]]);
});

test("the mouse, a name and taking over go out as the contract says", () => {
  const { socket, present } = opened(KeySocket);
  const messages = [
    { mouse: "absolute", x: 0, y: 32767, button: "left", down: true },
    { mouse: "relative", dx: -3, dy: 4, wheel: 1, pan: 0 },
  ];
  for (const message of messages) assert.equal(socket.mouse(message), true);
  socket.rename("Anna");
  socket.take();
  assert.deepEqual(dropPings(present().sent), [
    ...messages.map((message) => ({ ...message, at: 0 })), { name: "Anna" }, { take: true },
  ]);
});

test("the key socket tells which seat it is, anew with each connection", () => {
  const { socket, time, present } = opened(KeySocket);
  const news = heard(socket, "seat");
  present().say({ seat: "p3" });
  present().hangUp();
  time.pass(500);
  present().accept();
  present().say({ seat: "p4" });
  assert.deepEqual(news, [["seat", { seat: "p3" }], ["seat", { seat: "p4" }]]);
});

test("the key socket tells what became of a mouse's button", () => {
  const { socket, present } = opened(KeySocket);
  const news = heard(socket, "delivery");
  const answer = { delivery: "undelivered", mouse: "absolute", button: "left", down: true, sentence: "No." };
  present().say(answer);
  assert.deepEqual(news, [["delivery", answer]]);
});

test("the key socket tells deliveries and complaints", () => {
  const { socket, present } = opened(KeySocket);
  const news = heard(socket, "delivery", "complaint");
  const delivery = { delivery: "undelivered", code: "KeyA", sentence: "The target sleeps." };
  const error = { code: "key_unknown", sentence: "Foo is no key.", remedy: "" };
  present().say(delivery);
  present().say({ error });
  assert.deepEqual(news, [["delivery", delivery], ["complaint", error]]);
});

test("the key socket pings twice a second and tells the round trip", () => {
  const { socket, time, present } = opened(KeySocket);
  const news = heard(socket, "round-trip");
  time.pass(1000);
  assert.deepEqual(present().sent, [
    { ping: 1, at: 0 }, { ping: 2, at: 500 }, { ping: 3, at: 1000 },
  ]);
  time.pass(20);
  present().say({ pong: 3 });
  assert.deepEqual(news, [["round-trip", { ms: 20 }]]);
});

test("a key socket whose network vanished is found dead and replaced", () => {
  const { socket, sockets, time } = opened(KeySocket);
  const news = heard(socket, "silent", "lost");
  time.pass(8_500);
  assert.deepEqual(news.map(([type]) => type), ["silent", "lost"]);
  assert.equal(sockets[0].isClosedByUs, true);
  time.pass(500);
  assert.equal(sockets.length, 2);
  sockets[1].accept();
  assert.deepEqual(sockets[1].sent.map(({ ping }) => ping), [1], "with a heartbeat of its own");
});

test("a key socket that is answered lives on", () => {
  const { sockets, time, present } = opened(KeySocket);
  for (let second = 0; second < 60; second += 1) {
    time.pass(1000);
    present().say({ pong: present().sent.at(-1).ping });
  }
  assert.equal(sockets.length, 1);
});

test("a closed key socket stops its heartbeat", () => {
  const { socket, time, present } = opened(KeySocket);
  socket.close();
  const before = present().sent.length;
  time.pass(5000);
  assert.equal(present().sent.length, before);
});

test("each frame is acknowledged once", () => {
  const { socket, present } = opened(VideoSocket);
  const news = heard(socket, "frame");
  present().say(frameMessage(7));
  present().say(frameMessage(8));
  assert.deepEqual(news.map(([, { sequence }]) => sequence), [7, 8]);
  for (const sequence of [7, 8, 8]) socket.acknowledge(sequence);
  assert.deepEqual(present().sent, [{ ack: 7 }, { ack: 8 }]);
});

test("a frame of an earlier connection is not acknowledged to the next", () => {
  const { socket, time, present } = opened(VideoSocket);
  present().say(frameMessage(7));
  present().hangUp();
  time.pass(500);
  present().accept();
  socket.acknowledge(7);
  assert.deepEqual(present().sent, []);
});

test("a card says why there is no picture", () => {
  const { socket, present } = opened(VideoSocket);
  const news = heard(socket, "card");
  const card = { state: "no_signal", sentence: "No signal at S-Video.", remedy: "Check the cable." };
  present().say({ card });
  assert.deepEqual(news, [["card", card]]);
});

test("the status arrives whole", () => {
  const { socket, present } = opened(StatusSocket);
  const news = heard(socket, "status");
  present().say({ cable: { state: "configured" } });
  assert.deepEqual(news, [["status", { cable: { state: "configured" } }]]);
});

test("addresses follow the page's own, under any prefix, and https means wss", () => {
  assert.equal(socketAddress("api/keys", "https://board.lan/"), "wss://board.lan/api/keys");
  assert.equal(socketAddress("api/keys", "http://[::1]:8000/"), "ws://[::1]:8000/api/keys");
  assert.equal(httpAddress("api/drive", "https://lan/kvm/index.html"), "https://lan/kvm/api/drive");
});

/** An Api whose requests are remembered and answered with `response`. */
function asked(response) {
  const requests = [];
  const fetch = async (url, { method, body }) => {
    requests.push([method, url, body && JSON.parse(body)]);
    if (response instanceof Error) throw response;
    return response;
  };
  return { api: new Api({ fetch, base: "http://board/" }), requests };
}

test("inserting, ejecting and resetting ask what the contract says", async () => {
  const { api, requests } = asked(new Response(null, { status: 204 }));
  await api.insert("debian.iso", "cdrom");
  await api.eject();
  await api.eject({ force: true });
  await api.resetTarget();
  assert.deepEqual(requests, [
    ["PUT", "http://board/api/drive", { image: "debian.iso", mode: "cdrom" }],
    ["DELETE", "http://board/api/drive", undefined],
    ["DELETE", "http://board/api/drive?force=true", undefined],
    ["POST", "http://board/api/target/reset", undefined],
  ]);
});

test("replugging, waking and shortcuts ask what the contract says", async () => {
  const shortcuts = [{ label: "Magic", codes: ["AltLeft", "PrintScreen", "KeyB"] }];
  const { api, requests } = asked(new Response(null, { status: 204 }));
  await api.replug();
  await api.wakeTarget();
  await api.shortcuts();
  await api.keepShortcuts(shortcuts);
  assert.deepEqual(requests, [
    ["POST", "http://board/api/cable/replug", undefined],
    ["POST", "http://board/api/target/wake", undefined],
    ["GET", "http://board/api/shortcuts", undefined],
    ["PUT", "http://board/api/shortcuts", { shortcuts }],
  ]);
});

/** What `localStorage` does, as far as the page uses it. */
function storage() {
  const kept = new Map();
  return {
    kept,
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, text) => kept.set(name, text),
  };
}

test("what is kept is recalled by another page of the same browser, under a name of our own", () => {
  const shelf = storage();
  new Memory(() => shelf).keep("name", "Anna");
  assert.equal(new Memory(() => shelf).recall("name"), "Anna");
  assert.equal(new Memory(() => shelf).recall("mouse"), null);
  assert.deepEqual([...shelf.kept.keys()], ["kaputtkvm.name"]);
});

test("a browser that refuses storage remembers until the page is left", () => {
  const memory = new Memory(() => {
    throw new DOMException("The operation is insecure.", "SecurityError");
  });
  assert.equal(memory.recall("name"), null);
  memory.keep("name", { first: "Anna" });
  assert.deepEqual(memory.recall("name"), { first: "Anna" });
});

test("what somebody else wrote there is no reason to stop", () => {
  const shelf = storage();
  shelf.setItem("kaputtkvm.name", "{");
  assert.equal(new Memory(() => shelf).recall("name"), null);
});

test("an answer that is not ok is thrown as the server's own words", async () => {
  const body = JSON.stringify({ code: "medium_locked", detail: "Locked.", remedy: "Force it." });
  const headers = { "Content-Type": "application/problem+json" };
  const { api } = asked(new Response(body, { status: 409, headers }));
  await assert.rejects(api.eject(), { code: "medium_locked", sentence: "Locked.", remedy: "Force it." });
});

test("a page of somebody else's in place of an answer is a problem too", async () => {
  const { api } = asked(new Response("<h1>Log in to the hotel", { status: 200 }));
  await assert.rejects(api.images(), { code: "unreadable" });
});

test("a server that does not answer is a problem too, with what to check", async () => {
  const { api } = asked(new TypeError("Failed to fetch"));
  await assert.rejects(api.images(), { code: "unreachable", sentence: "KaputtKVM does not answer." });
});
