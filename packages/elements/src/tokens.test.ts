import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contrastTheme, tokens } from './tokens.styles.ts';

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** Text on ground, as the components combine them. */
const TEXT: readonly [string, string][] = [
  ['ink', 'page'],
  ['ink', 'surface'],
  ['ink', 'tint'],
  ['ink', 'good-tint'],
  ['ink', 'bad-tint'],
  ['muted', 'page'],
  ['muted', 'surface'],
  ['on-accent', 'accent'],
  ['on-training', 'training'],
];
/** Coloured words and signs that repeat what plain words say. */
const SIGNS: readonly [string, string][] = [
  ['accent', 'page'],
  ['accent', 'surface'],
  ['bad', 'bad-tint'],
  ['bad', 'page'],
  ['good', 'surface'],
];
/** Edges of controls and the focus ring need 3:1 (WCAG 1.4.11). */
const EDGES: readonly [string, string][] = [
  ['border', 'surface'],
  ['border', 'page'],
  ['focus', 'page'],
  ['focus', 'surface'],
];

const themes: Readonly<Record<string, Map<string, string>>> = {
  light: new Map(
    [...tokens.cssText.matchAll(/--kabina-([\w-]+), (#\w{6})\)/g)].map(([, k, v]) => [k!, v!]),
  ),
  contrast: new Map(
    [...contrastTheme.cssText.matchAll(/--kabina-([\w-]+): (#\w{6});/g)].map(([, k, v]) => [
      k!,
      v!,
    ]),
  ),
};

for (const [name, theme] of Object.entries(themes)) {
  const ratio = ([a, b]: readonly [string, string]) => contrast(theme.get(a)!, theme.get(b)!);
  test(`${name}: text has a contrast of at least 10:1, signs 7:1, edges 3:1`, () => {
    for (const pair of TEXT) assert.ok(ratio(pair) >= 10, `${pair.join(' on ')}: ${ratio(pair)}`);
    for (const pair of SIGNS) assert.ok(ratio(pair) >= 7, `${pair.join(' on ')}: ${ratio(pair)}`);
    for (const pair of EDGES) assert.ok(ratio(pair) >= 3, `${pair.join(' on ')}: ${ratio(pair)}`);
  });
}
