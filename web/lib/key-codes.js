/**
 * Every key the target's keyboard has, by its name in KeyboardEvent.code.
 *
 * The server knows the same names and has the last word; here they let a wrong name be told at once.
 * Older second names for the same keys are left out: nobody should pick those.
 *
 * Source: W3C UI Events KeyboardEvent code Values §3; which of them a boot keyboard can say, from HID
 * Usage Tables 1.21 §10.
 */
export const KEY_CODES = `
  Escape F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12 PrintScreen ScrollLock Pause
  Backquote Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal Backspace
  Tab KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight Backslash
  CapsLock KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Enter
  ShiftLeft IntlBackslash KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash IntlRo ShiftRight
  ControlLeft MetaLeft AltLeft Space AltRight MetaRight ContextMenu ControlRight
  Insert Home PageUp Delete End PageDown ArrowUp ArrowLeft ArrowDown ArrowRight
  NumLock NumpadDivide NumpadMultiply NumpadSubtract NumpadAdd NumpadEnter NumpadDecimal NumpadComma
  Numpad0 Numpad1 Numpad2 Numpad3 Numpad4 Numpad5 Numpad6 Numpad7 Numpad8 Numpad9 NumpadEqual
  NumpadParenLeft NumpadParenRight NumpadBackspace NumpadClear NumpadClearEntry NumpadMemoryAdd
  NumpadMemoryClear NumpadMemoryRecall NumpadMemoryStore NumpadMemorySubtract NumpadHash
  F13 F14 F15 F16 F17 F18 F19 F20 F21 F22 F23 F24
  IntlYen KanaMode Convert NonConvert Lang1 Lang2 Lang3 Lang4 Lang5
  AudioVolumeMute AudioVolumeDown AudioVolumeUp Power Help
  Abort Again Copy Cut Find Open Paste Props Select Undo
`.trim().split(/\s+/);

const KNOWN = new Set(KEY_CODES);

export function isKeyCode(code) {
  return KNOWN.has(code);
}
