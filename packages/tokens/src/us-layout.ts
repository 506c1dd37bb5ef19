/**
 * What a key of a US keyboard types, by its place (`KeyboardEvent.code`, UI Events code values). A
 * scanner that types like a keyboard presses the places of a US layout, whatever layout the system
 * has on: under a Cyrillic one the letters come out wrong, and even `/` and `.` do.
 */

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const DIGITS = [')', '!', '@', '#', '$', '%', '^', '&', '*', '('];

/** Plain and with Shift. */
const PLACES: Readonly<Record<string, readonly [string, string]>> = {
  ...Object.fromEntries(
    [...LETTERS].map((letter) => [`Key${letter}`, [letter.toLowerCase(), letter] as const]),
  ),
  ...Object.fromEntries(
    DIGITS.flatMap((shifted, digit) => [
      [`Digit${digit}`, [`${digit}`, shifted] as const],
      [`Numpad${digit}`, [`${digit}`, `${digit}`] as const],
    ]),
  ),
  Space: [' ', ' '],
  Minus: ['-', '_'],
  Equal: ['=', '+'],
  BracketLeft: ['[', '{'],
  BracketRight: [']', '}'],
  Backslash: ['\\', '|'],
  Semicolon: [';', ':'],
  Quote: ["'", '"'],
  Backquote: ['`', '~'],
  Comma: [',', '<'],
  Period: ['.', '>'],
  Slash: ['/', '?'],
  NumpadSubtract: ['-', '-'],
  NumpadAdd: ['+', '+'],
  NumpadDecimal: ['.', '.'],
  NumpadDivide: ['/', '/'],
  NumpadMultiply: ['*', '*'],
};

/** The character, or undefined for a place that types none. Caps Lock is not looked at: a scanner isn't either. */
export function usCharacter(code: string, shift: boolean): string | undefined {
  return Object.hasOwn(PLACES, code) ? PLACES[code]?.[shift ? 1 : 0] : undefined;
}
