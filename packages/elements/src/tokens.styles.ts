/**
 * Design tokens. An embedder sets the public `--kabina-…` custom properties anywhere above a
 * component; each component reads them through private `--_…` names that carry the defaults.
 *
 * Contrast of text is at least 10:1 in both themes and a touch target at least 12.7 mm
 * (VVSG 2.0, 7.1-D and 7.2-H), so sizes on a kiosk come from physical millimetres: `--kabina-mm`
 * is the length of one millimetre on this very screen.
 */
import { css } from 'lit';

/** Private names with defaults: part of every component's styles. `.frame` is where the booth
 * sets a voter's theme and text size, so the names are resolved there once more. */
export const tokens = css`
  :host,
  .frame {
    --_text: var(--kabina-text, 1.0625rem);
    --_target: var(--kabina-target, 3rem);
    --_gap: var(--kabina-gap, 0.75rem);
    --_radius: var(--kabina-radius, 0.625em);
    --_line: var(--kabina-line-width, 1px);
    --_measure: var(--kabina-measure, 44rem);

    --_page: var(--kabina-page, #eef2f6);
    --_surface: var(--kabina-surface, #ffffff);
    --_ink: var(--kabina-ink, #101d2c);
    --_muted: var(--kabina-muted, #24364a);
    --_line-colour: var(--kabina-line-colour, #b9c5d1);
    --_border: var(--kabina-border, #5d6f82);
    --_accent: var(--kabina-accent, #0a3f7d);
    --_accent-strong: var(--kabina-accent-strong, #072c58);
    --_on-accent: var(--kabina-on-accent, #ffffff);
    --_tint: var(--kabina-tint, #e6eff9);
    --_good: var(--kabina-good, #0b4425);
    --_good-tint: var(--kabina-good-tint, #e5f3ea);
    --_bad: var(--kabina-bad, #75150d);
    --_bad-tint: var(--kabina-bad-tint, #fcecea);
    --_training: var(--kabina-training, #ffdc85);
    --_on-training: var(--kabina-on-training, #101d2c);
    --_focus: var(--kabina-focus, #b54700);

    --_font: var(
      --kabina-font,
      'Segoe UI',
      Roboto,
      'PT Sans',
      'Noto Sans',
      'Liberation Sans',
      Arial,
      system-ui,
      sans-serif
    );
    --_mono: var(--kabina-mono, ui-monospace, 'Liberation Mono', 'DejaVu Sans Mono', monospace);

    box-sizing: border-box;
    color: var(--_ink);
    font-family: var(--_font);
    font-size: var(--_text);
    line-height: 1.4;
    overflow-wrap: anywhere;
    -webkit-text-size-adjust: 100%;
  }

  :host([hidden]) {
    display: none;
  }

  *,
  *::before,
  *::after {
    box-sizing: inherit;
  }
`;

/** White and yellow on black, thick lines. Set on any ancestor of the components. */
export const contrastTheme = css`
  [data-theme='contrast'] {
    --kabina-line-width: 2px;
    --kabina-page: #000000;
    --kabina-surface: #000000;
    --kabina-ink: #ffffff;
    --kabina-muted: #ffffff;
    --kabina-line-colour: #ffffff;
    --kabina-border: #ffffff;
    --kabina-accent: #ffe94a;
    --kabina-accent-strong: #fff6b0;
    --kabina-on-accent: #000000;
    --kabina-tint: #26250a;
    --kabina-good: #b6ffcf;
    --kabina-good-tint: #00210f;
    --kabina-bad: #ffd2cc;
    --kabina-bad-tint: #2c0500;
    --kabina-training: #ffe94a;
    --kabina-on-training: #000000;
    --kabina-focus: #6fe3ff;
  }
`;

/**
 * Text sizes. On a kiosk the four sizes give capital letters of 3.5–4.2, 4.8–5.6, 6.4–7.1 and
 * 8.5–9.0 mm (VVSG 2.0, 7.1-G) for fonts whose capitals are 0.70–0.73 em high, as those in the
 * font stack are. On a voter's own device they are steps above the browser's own size.
 */
export const textSizes = css`
  [data-text] {
    --kabina-target: 3rem;
  }
  [data-text='small'] {
    --kabina-text: 0.9375rem;
  }
  [data-text='normal'] {
    --kabina-text: 1.0625rem;
  }
  [data-text='large'] {
    --kabina-text: 1.375rem;
  }
  [data-text='largest'] {
    --kabina-text: 1.75rem;
  }
  /* 44 px where a kiosk's screen is looked at in a small window, with millimetres that are none. */
  [data-mode='kiosk'] {
    --_mm: var(--kabina-mm, 1mm);
    --kabina-target: max(44px, 12.7 * var(--_mm), 2.4 * var(--kabina-text));
    --kabina-gap: max(2.54 * var(--_mm), 0.5 * var(--kabina-text));
    --kabina-measure: calc(44 * var(--kabina-text));
    --kabina-qr-size: min(100%, max(80 * var(--_mm), 14rem));
  }
  @media (orientation: landscape) {
    [data-mode='kiosk'] {
      --kabina-measure: calc(62 * var(--kabina-text));
    }
  }
  [data-mode='kiosk'][data-text='small'] {
    --kabina-text: calc(5.2 * var(--_mm));
  }
  [data-mode='kiosk'][data-text='normal'] {
    --kabina-text: calc(7.1 * var(--_mm));
  }
  [data-mode='kiosk'][data-text='large'] {
    --kabina-text: calc(9.3 * var(--_mm));
  }
  [data-mode='kiosk'][data-text='largest'] {
    --kabina-text: calc(12.2 * var(--_mm));
  }
`;
